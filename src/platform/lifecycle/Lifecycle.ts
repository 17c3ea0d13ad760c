import { Context, Effect, Layer } from "effect"
import type { ServerResponse } from "node:http"
import { LinkedQueue } from "../../policy/LinkedQueue.ts"
import { closeWithConnection } from "./closeWithConnection.ts"

export type State = "starting" | "ready" | "stopping"

/**
 * Where the server is in its life, and how many requests are under way: counted from their arrival until their answer is sent or
 * their client is gone, streams included, and their handler has ended, finalizers included.
 */
export class Lifecycle extends Context.Tag("barista/platform/lifecycle/Lifecycle")<Lifecycle, {
  readonly state: Effect.Effect<State>
  /** From "stopping" on, every answer whose headers are not yet sent says `connection: close`. */
  readonly enter: (state: State) => Effect.Effect<void>
  /** Requests under way; a plain function, as it is asked once a request. */
  readonly active: () => number
  readonly hasStarted: () => boolean
  readonly isStopping: () => boolean
  /** Ends when the server begins to stop: for what would not end by itself. */
  readonly stopping: Effect.Effect<void>
  /** Counts a request from now until its response is closed and its handler has ended, which the caller says by what it gets. */
  readonly begin: (response: ServerResponse) => () => void
  /** Ends when no request is under way. */
  readonly idle: Effect.Effect<void>
}>() {
  static readonly layer = Layer.sync(Lifecycle, () => {
    let state: State = "starting"
    const underWay = new LinkedQueue<ServerResponse>()
    let active = 0
    const none = Effect.unsafeMakeLatch(true)
    const stop = Effect.unsafeMakeLatch()

    const begin = (response: ServerResponse) => {
      let holds = 2
      const entry = underWay.add(response)
      active++
      const release = () => {
        holds--
        if (holds !== 0) return
        underWay.remove(entry)
        active--
        if (active === 0) none.unsafeOpen()
      }
      none.unsafeClose()
      if (state === "stopping") response.shouldKeepAlive = false
      response.on("close", release)
      closeWithConnection(response)
      return release
    }

    return {
      state: Effect.sync(() => state),
      enter: (next) =>
        Effect.sync(() => {
          state = next
          if (next !== "stopping") return
          stop.unsafeOpen()
          for (let entry = underWay.first; entry !== undefined; entry = entry.next) entry.value.shouldKeepAlive = false
        }),
      active: () => active,
      hasStarted: () => state !== "starting",
      isStopping: () => state === "stopping",
      stopping: stop.await,
      begin,
      idle: none.await
    }
  })
}
