import { Duration, Effect } from "effect"
import type * as Http from "node:http"
import { Lifecycle } from "./Lifecycle.ts"

/**
 * Stops a server cleanly: no connection is accepted any more, kept-alive ones get 503 with `connection: close`, requests under way may finish
 * until `deadline`, and then every connection is closed, which interrupts what is still running.
 */
export const drain = Effect.fn("Lifecycle.drain")(function*(server: Http.Server, deadline: Duration.Duration) {
  const lifecycle = yield* Lifecycle
  yield* lifecycle.enter("stopping")
  yield* Effect.logInfo("stopping", { requests: lifecycle.active() })
  yield* Effect.sync(() => {
    server.close()
  })
  const finished = yield* Effect.timeoutOption(Effect.interruptible(lifecycle.idle), deadline)
  if (finished._tag === "None") {
    yield* Effect.logWarning(`requests cut off after ${Duration.format(deadline)}`, { requests: lifecycle.active() })
  }
  yield* Effect.sync(() => {
    server.closeAllConnections()
  })
})
