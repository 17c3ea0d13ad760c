import { type Context, Duration, Effect, Option, Schema, Stream } from "effect"
import { randomUUID } from "node:crypto"
import type { Notifications } from "../../sql/Notifications.ts"
import { orDefect } from "../../sql/orDefect.ts"
import { JobId } from "../Job.ts"
import type { Signals } from "./Signals.ts"

/** Jobs named in one call, whose payload is bounded by 7,999 bytes. More are called by an empty one. */
const mostNamed = 400

/** Pause between two calls, in which further signals are gathered, so that calls are few beside the changes. */
const pause = Duration.millis(50)

const read = Schema.decodeUnknownOption(Schema.parseJson(Schema.Tuple(Schema.String, Schema.Array(JobId))))

interface Options {
  readonly signals: Signals<JobId>
  readonly channel: string
  readonly calls: Context.Tag.Service<Notifications>
}

/**
 * Lets signals reach the subscribers of all servers of a database, until the scope closes. A signal then says that the
 * job may have changed, and its subscriber reads the job. Returns how other servers are called, which `raise` does not.
 */
export const share = ({ calls, channel, signals }: Options) =>
  Effect.gen(function*() {
    const server = randomUUID()
    const gathered = new Set<JobId>()
    const any = Effect.unsafeMakeLatch()

    const call = (ids: ReadonlyArray<JobId>) =>
      orDefect(calls.notify(channel, ids.length > mostNamed ? "" : JSON.stringify([server, ids])))

    yield* Effect.forkScoped(Stream.runForEach(calls.listen(channel), (payload) =>
      Option.match(read(payload), {
        onNone: () => signals.raiseAll,
        onSome: ([caller, ids]) =>
          caller === server ? Effect.void : Effect.forEach(ids, (id) => signals.raise(id), { discard: true })
      })))

    const callGathered = Effect.gen(function*() {
      yield* any.await
      any.unsafeClose()
      const ids = [...gathered]
      gathered.clear()
      // Calls lost while the database is away are made up for by the empty call after it.
      yield* Effect.ignore(Effect.sandbox(call(ids)))
      yield* Effect.sleep(pause)
    })
    yield* Effect.forkScoped(Effect.forever(callGathered))

    return {
      /** Calls the other servers at once. */
      call: (id: JobId) => call([id]),
      /** Calls the other servers soon, without waiting. */
      callSoon: (id: JobId) =>
        Effect.sync(() => {
          gathered.add(id)
          any.unsafeOpen()
        })
    }
  })
