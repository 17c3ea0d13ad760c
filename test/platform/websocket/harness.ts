import { HttpServer } from "@effect/platform"
import { Deferred, Effect, Queue } from "effect"
import { type ClientRequest, type IncomingMessage, request } from "node:http"
import { type ClientOptions, WebSocket } from "ws"

/** What a real client of the server under test saw. */
export interface Client {
  readonly socket: WebSocket
  readonly next: Effect.Effect<string>
  readonly closed: Effect.Effect<{ readonly code: number; readonly reason: string }>
}

/** The address of the server under test. */
export const base = Effect.map(HttpServer.HttpServer, ({ address }) => {
  if (address._tag === "UnixAddress") return address.path
  return `http://127.0.0.1:${address.port}`
})

const open = Effect.fnUntraced(function*(path: string, protocols: ReadonlyArray<string>, options: ClientOptions) {
  const url = `${(yield* base).replace("http", "ws")}${path}`
  return yield* Effect.acquireRelease(
    Effect.sync(() => new WebSocket(url, [...protocols], options)),
    (socket) => Effect.sync(() => socket.terminate())
  )
})

/** Opens a websocket; the test fails when it is refused. */
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

/** The status, headers and body with which a handshake is refused; the test fails when it succeeds. */
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

/** An ordinary GET, no handshake. */
export const plainGet = Effect.fnUntraced(function*(path: string, headers: Record<string, string> = {}) {
  const url = `${yield* base}${path}`
  return yield* Effect.async<IncomingMessage>((resume) => {
    request(url, { headers, agent: false }, (response) => {
      response.resume()
      resume(Effect.succeed(response))
    }).end()
  })
})
