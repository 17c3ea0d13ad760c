import { Context } from "effect"

/** How many items of batches were accepted and have not finished: all that other chapters know of batches, whose chapter provides it. */
export class UnfinishedItems extends Context.Tag("barista/domain/UnfinishedItems")<UnfinishedItems, () => number>() {}
