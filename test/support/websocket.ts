import { HttpServer } from "@effect/platform"
import { Deferred, Effect, Queue } from "effect"
import type { ClientRequest, IncomingMessage } from "node:http"
import { type ClientOptions, WebSocket } from "ws"
import { portOf } from "./loopback.ts"

/** A real client of the server under test. */
export interface Client {
  readonly socket: WebSocket
  readonly next: Effect.Effect<string>
  readonly closed: Effect.Effect<{ readonly code: number; readonly reason: string }>
}

/** The port of the server under test. */
export const port = Effect.map(HttpServer.HttpServer, portOf)

const open = Effect.fnUntraced(function*(path: string, protocols: ReadonlyArray<string>, options: ClientOptions) {
  const url = `ws://127.0.0.1:${yield* port}${path}`
  return yield* Effect.acquireRelease(
    Effect.sync(() => new WebSocket(url, [...protocols], options)),
    (socket) => Effect.sync(() => socket.terminate())
  )
})

/** Opens a websocket; the test fails if the handshake is refused. */
export const connect = Effect.fnUntraced(
  function*(path: string, protocols: ReadonlyArray<string> = [], options: ClientOptions = {}) {
    const socket = yield* open(path, protocols, options)
    const messages = yield* Queue.unbounded<string>()
    const closed = yield* Deferred.make<{ readonly code: number; readonly reason: string }>()
    socket.on("message", (data) => messages.unsafeOffer(String(data)))
    socket.on("error", () => {})
    socket.on("close", (code, reason) => {
      Deferred.unsafeDone(closed, Effect.succeed({ code, reason: String(reason) }))
    })
    yield* Effect.async<void>((resume) => {
      socket.on("open", () => resume(Effect.void))
      socket.on("unexpected-response", (_, { statusCode }) => resume(Effect.dieMessage(`refused with ${statusCode}`)))
    })
    const client: Client = { socket, next: Queue.take(messages), closed: Deferred.await(closed) }
    return client
  }
)

/** Returns the status, headers and body of a refused handshake; the test fails if it succeeds. */
export const refusal = Effect.fnUntraced(function*(path: string, options: ClientOptions = {}) {
  const socket = yield* open(path, [], options)
  const response = yield* Effect.async<IncomingMessage>((resume) => {
    socket.on("error", () => {})
    socket.on("open", () => resume(Effect.dieMessage("not refused")))
    socket.on("unexpected-response", (_: ClientRequest, message) => resume(Effect.succeed(message)))
  })
  const body = yield* Effect.promise(() => response.toArray())
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(body).toString() }
})
