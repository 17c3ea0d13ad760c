import { Context, Effect, Function, Layer, type Scope } from "effect"
import type { Party } from "../../policy/FairSemaphore.ts"

/** Makes a party's operations wait for a permit of all servers too, once they have one of this server. */
export type Sharing = (party: Party) => Party

interface Shape {
  /**
   * Shares the permits of a name among all servers of the database, until the scope closes. An operation whose permit
   * is lost with the connection is interrupted, and begins again with another one; so it must be one that may run
   * twice. Dies with the database's error if there is no permit as the database has been away for 10 s; that answers
   * 503.
   */
  readonly of: (name: string, permits: number) => Effect.Effect<Sharing, never, Scope.Scope>
}

const none: Shape = { of: () => Effect.succeed(Function.identity) }

/** Permits that all servers of a database share. On SQLite there is one server, so its own are enough. */
export class SharedPermits extends Context.Reference<SharedPermits>()("barista/platform/sql/SharedPermits", {
  defaultValue: () => none
}) {
  /** Shares nothing. */
  static readonly none = Layer.succeed(SharedPermits, none)
}
