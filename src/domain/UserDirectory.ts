import { Context, type Effect, type Option } from "effect"
import type { UserId } from "./Ids.ts"

/**
 * What other chapters may ask of the users. Inside a transaction the answer belongs to that transaction. The users' chapter provides it.
 */
export class UserDirectory extends Context.Tag("barista/domain/UserDirectory")<UserDirectory, {
  /** The first of the ids that no user has. */
  readonly missing: (ids: ReadonlyArray<UserId>) => Effect.Effect<Option.Option<UserId>>
  readonly count: Effect.Effect<number>
}>() {}
