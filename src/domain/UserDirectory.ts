import { Context, type Effect, type Option } from "effect"
import type { UserId } from "./Ids.ts"

/**
 * The questions that other chapters may ask about users. The users' chapter provides the port. Inside a transaction the
 * answer belongs to that transaction.
 */
export class UserDirectory extends Context.Tag("barista/domain/UserDirectory")<UserDirectory, {
  /** Returns the first of the ids that no user has. */
  readonly missing: (ids: ReadonlyArray<UserId>) => Effect.Effect<Option.Option<UserId>>
  readonly count: Effect.Effect<number>
}>() {}
