import type { SqlError } from "@effect/sql"
import { Context, Effect, Layer, Stream } from "effect"

/**
 * Calls between the servers of one database. A call only wakes: whoever hears it reads the rows that it is about, as a
 * call may be lost. On SQLite there is one server, so nobody calls.
 */
export class Notifications extends Context.Tag("barista/platform/sql/Notifications")<Notifications, {
  /**
   * Streams the payloads of a channel's calls. An empty payload says that anything may have changed. It comes once the
   * channel is listened to, after each loss of the connection, and in place of calls that were not read in time.
   */
  readonly listen: (channel: string) => Stream.Stream<string>
  /** Calls all servers, this one too, once the caller's transaction commits. A payload has at most 7,999 bytes. */
  readonly notify: (channel: string, payload?: string) => Effect.Effect<void, SqlError.SqlError>
  /**
   * Calls all servers soon after the caller's transaction has committed, in a transaction of its own. One that calls
   * keeps every other one that does waiting at its commit, until the log is on the disk. A crash loses the call.
   */
  readonly notifyAfterCommit: (channel: string) => Effect.Effect<void>
}>() {
  /** Calls nobody. */
  static readonly none = Layer.succeed(Notifications, {
    listen: () => Stream.never,
    notify: () => Effect.void,
    notifyAfterCommit: () => Effect.void
  })
}
