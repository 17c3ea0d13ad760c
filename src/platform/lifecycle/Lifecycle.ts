import { Context, Effect, Layer } from "effect"
import type * as Http from "node:http"

export type State = "starting" | "ready" | "stopping"

/**
 * Where the server is in its life, and how many requests are under way: counted from their arrival until their answer is sent or
 * their client is gone, streams included.
 */
export class Lifecycle extends Context.Tag("barista/platform/lifecycle/Lifecycle")<Lifecycle, {
  readonly state: Effect.Effect<State>
  readonly enter: (state: State) => Effect.Effect<void>
  /** Requests under way; a plain function, as it is asked once a request. */
  readonly active: () => number
  readonly hasStarted: () => boolean
  readonly isStopping: () => boolean
  /** Counts the requests of a server. */
  readonly watch: (server: Http.Server) => void
  /** Ends when no request is under way. */
  readonly idle: Effect.Effect<void>
}>() {
  static readonly layer = Layer.sync(Lifecycle, () => {
    let state: State = "starting"
    let active = 0
    const none = Effect.unsafeMakeLatch(true)
    const watch = (server: Http.Server) => {
      server.prependListener("request", (_, response) => {
        active++
        none.unsafeClose()
        response.once("close", () => {
          active--
          if (active === 0) none.unsafeOpen()
        })
      })
    }
    return {
      state: Effect.sync(() => state),
      enter: (next) =>
        Effect.sync(() => {
          state = next
        }),
      active: () => active,
      hasStarted: () => state !== "starting",
      isStopping: () => state === "stopping",
      watch,
      idle: none.await
    }
  })
}
