import { Duration, Effect } from "effect"
import type * as Http from "node:http"
import { Recorder } from "../recorder/Recorder.ts"
import { Lifecycle } from "./Lifecycle.ts"

/**
 * Time for the finalizers of interrupted requests, such as a temporary file's removal or a rollback, before all else
 * closes.
 */
const settling = Duration.seconds(5)

/**
 * Lets balancers notice that the server is no longer ready, and serves the requests that balancers still send for
 * `delay`.
 */
export const leave = Effect.fn("Lifecycle.leave")(function*(delay: Duration.Duration) {
  if (Duration.equals(delay, Duration.zero)) return
  const lifecycle = yield* Lifecycle
  yield* lifecycle.enter("leaving")
  yield* Effect.logInfo(`leaving: no longer ready, still serving for ${Duration.format(delay)}`)
  yield* Effect.sleep(delay)
})

/**
 * Stops a server cleanly. The server accepts no more connections, and answers 503 with `connection: close` on
 * kept-alive ones. Requests in flight may finish until `deadline`; then every connection is closed, which interrupts
 * the rest. Their finalizers are awaited, for a bounded time.
 */
export const drain = Effect.fn("Lifecycle.drain")(function*(server: Http.Server, deadline: Duration.Duration) {
  const lifecycle = yield* Lifecycle
  const idleWithin = (time: Duration.Duration) =>
    Effect.map(Effect.timeoutOption(Effect.interruptible(lifecycle.idle), time), (idle) => idle._tag === "Some")
  yield* lifecycle.enter("stopping")
  yield* Effect.logInfo("stopping", { requests: lifecycle.active() })
  yield* Effect.sync(() => {
    server.close()
  })
  if (!(yield* idleWithin(deadline))) {
    yield* Effect.logWarning(`requests cut off after ${Duration.format(deadline)}`, { requests: lifecycle.active() })
  }
  const recorder = yield* Recorder
  yield* Effect.sync(() => {
    // interruptions from now on are the server's, not those of clients that leave
    recorder.stopping()
    server.closeAllConnections()
  })
  if (!(yield* idleWithin(settling))) {
    yield* Effect.logWarning(`requests still running ${Duration.format(settling)} after being cut off`, {
      requests: lifecycle.active()
    })
  }
})
