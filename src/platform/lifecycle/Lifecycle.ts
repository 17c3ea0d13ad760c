import { type HttpApp, HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { NodeHttpServerRequest } from "@effect/platform-node"
import { Context, Effect, Exit, Layer } from "effect"
import type * as Http from "node:http"

export type State = "starting" | "ready" | "stopping"

/** A request under way: its response is open, its handler runs, or both. */
interface Request {
  readonly response: Http.ServerResponse
  holds: number
}

/** Whether the fiber goes on with an answer after the handler's end, to stream its body. */
const streams = (exit: Exit.Exit<HttpServerResponse.HttpServerResponse, unknown>) =>
  Exit.isSuccess(exit) && (exit.value.body._tag === "Stream" || exit.value.body._tag === "Raw")

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
  /** Counts the requests of a server. */
  readonly watch: (server: Http.Server) => void
  /**
   * Goes around the application of a watched server: its requests count until their handlers have ended. Upgraded requests do not
   * count; the HTTP server itself awaits their fibers when its layer closes.
   */
  readonly track: <E, R>(app: HttpApp.Default<E, R>) => HttpApp.Default<E, R>
  /** Ends when no request is under way. */
  readonly idle: Effect.Effect<void>
}>() {
  static readonly layer = Layer.sync(Lifecycle, () => {
    let state: State = "starting"
    const underWay = new Map<Http.IncomingMessage, Request>()
    const none = Effect.unsafeMakeLatch(true)

    const release = (incoming: Http.IncomingMessage, request: Request) => () => {
      request.holds--
      if (request.holds > 0) return
      underWay.delete(incoming)
      if (underWay.size === 0) none.unsafeOpen()
    }

    const watch = (server: Http.Server) => {
      server.prependListener("request", (incoming, response) => {
        const request = { response, holds: 1 }
        underWay.set(incoming, request)
        none.unsafeClose()
        if (state === "stopping") response.shouldKeepAlive = false
        response.once("close", release(incoming, request))
      })
    }

    const track = <E, R>(app: HttpApp.Default<E, R>): HttpApp.Default<E, R> =>
      Effect.withFiberRuntime<HttpServerResponse.HttpServerResponse, E, R | HttpServerRequest.HttpServerRequest>(
        (fiber) => {
          const context = Context.unsafeGet(fiber.currentContext, HttpServerRequest.HttpServerRequest)
          const incoming = NodeHttpServerRequest.toIncomingMessage(context)
          const request = underWay.get(incoming)
          // an upgrade that is refused: node has given the connection away, nothing can follow on it
          if (request === undefined) return Effect.map(app, HttpServerResponse.setHeader("connection", "close"))
          request.holds++
          const ended = release(incoming, request)
          return Effect.onExit(app, (exit) =>
            Effect.sync(() => {
              // never until the end of any fiber: one whose bytes a reset connection swallowed waits for ever
              if (streams(exit)) fiber.addObserver(ended)
              else ended()
            }))
        }
      )

    return {
      state: Effect.sync(() => state),
      enter: (next) =>
        Effect.sync(() => {
          state = next
          if (next !== "stopping") return
          for (const { response } of underWay.values()) response.shouldKeepAlive = false
        }),
      active: () => underWay.size,
      hasStarted: () => state !== "starting",
      isStopping: () => state === "stopping",
      watch,
      track,
      idle: none.await
    }
  })
}
