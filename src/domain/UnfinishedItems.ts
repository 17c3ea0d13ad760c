import { Context } from "effect"

/** Counts the accepted, unfinished items of all batches. The batch chapter provides this port to the other chapters. */
export class UnfinishedItems extends Context.Tag("barista/domain/UnfinishedItems")<UnfinishedItems, () => number>() {}
