import { Context, Effect, Layer } from "effect"
import type { ServerResponse } from "node:http"
import { LinkedQueue } from "../../policy/LinkedQueue.ts"
import { Connection } from "./Connection.ts"

export type State = "starting" | "ready" | "stopping"

/** The two parts of a request, as bits: its response is closed, and its handler has ended. */
const closed = 1
const handled = 2

/** Closes a response's connection after it; requests that are under way behind it are still answered, in their turn. */
const closeAfter = (response: ServerResponse): void => {
  if (Connection.of(response.req.socket).last === response) response.shouldKeepAlive = false
}

/**
 * Where the server is in its life, and how many requests are under way: counted from their arrival until their answer is sent or
 * their client is gone, streams included, and their handler has ended, finalizers included.
 */
export class Lifecycle extends Context.Tag("barista/platform/lifecycle/Lifecycle")<Lifecycle, {
  readonly state: Effect.Effect<State>
  /** From "stopping" on, the last answer of each connection says `connection: close`, if its headers are not yet sent. */
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
      const entry = underWay.add(response)
      let ended = 0
      active++
      none.unsafeClose()
      // each part may be told more than once, and counts once
      const end = (part: number) => {
        if (ended === closed + handled) return
        ended |= part
        if (ended !== closed + handled) return
        underWay.remove(entry)
        active--
        if (active === 0) none.unsafeOpen()
      }
      response.on("close", () => end(closed))
      Connection.of(response.req.socket).begin(response)
      if (state === "stopping") response.shouldKeepAlive = false
      return () => end(handled)
    }

    return {
      state: Effect.sync(() => state),
      enter: (next) =>
        Effect.sync(() => {
          state = next
          if (next !== "stopping") return
          stop.unsafeOpen()
          for (let entry = underWay.first; entry !== undefined; entry = entry.next) closeAfter(entry.value)
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
