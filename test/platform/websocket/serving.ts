import { HttpServer, HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { Deferred, Duration, Effect, Either, Exit, Layer, Queue } from "effect"
import { createServer } from "node:http"
import { InputMemory } from "../../../src/platform/lifecycle/InputMemory.ts"
import type { Connection } from "../../../src/platform/websocket/Connection.ts"
import { type Limits, rememberHeads, WebSocketServer } from "../../../src/platform/websocket/WebSocketServer.ts"
import { connect as open } from "../../support/connect.ts"
import * as Loopback from "../../support/loopback.ts"
import { port } from "../../support/websocket.ts"

const defaults: Limits = {
  sockets: 10,
  socketsPerClient: 10,
  messageBytes: 65_536,
  receiveMessages: 16,
  sendMessages: 256,
  sendBytes: 1_048_576,
  heartbeat: Duration.seconds(30),
  closeTimeout: Duration.seconds(2)
}

/** Serves websockets, and records every accepted connection and the exit of each request. */
export const serve = Effect.fnUntraced(function*() {
  const connections = yield* Queue.unbounded<Connection>()
  const outcomes = yield* Queue.unbounded<string>()
  const gate = yield* Deferred.make<void>()
  const sockets = yield* WebSocketServer
  const app = Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    if (request.url === "/slow") return yield* Effect.as(Deferred.await(gate), HttpServerResponse.text("late"))
    const accepted = yield* Effect.either(sockets.accept({ request, protocols: ["two", "one"] }))
    if (Either.isLeft(accepted)) {
      const { _tag, problem } = accepted.left
      const status = _tag === "UpgradeRequired" ? 426 : 503
      return HttpServerResponse.unsafeJson({ _tag }, { status, headers: problem.headers ?? {} })
    }
    yield* Queue.offer(connections, accepted.right)
    yield* accepted.right.closed
    // written to an upgraded socket, these bytes would be an invalid frame
    return HttpServerResponse.text("written nowhere", { status: 200 })
  }).pipe(
    Effect.onExit((exit) => Queue.offer(outcomes, Exit.isSuccess(exit) ? String(exit.value.status) : "failed")),
    Effect.scoped
  )
  yield* HttpServer.serveEffect(app)
  return {
    accepted: Queue.take(connections),
    outcome: Queue.take(outcomes),
    openGate: Deferred.succeed(gate, undefined)
  }
})

export const server = (
  { inputBytes = 1_048_576, ...limits }: Partial<Limits> & { readonly inputBytes?: number } = {}
) =>
  WebSocketServer.layer({ ...defaults, ...limits }).pipe(
    Layer.provide(InputMemory.layer(inputBytes)),
    Layer.provideMerge(Loopback.layer(() => {
      const created = createServer()
      rememberHeads(created)
      return created
    }))
  )

export const handshake = [
  "GET /ws HTTP/1.1",
  "Host: barista",
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "",
  ""
].join("\r\n")

/** Makes a masked text frame with the mask 0. */
export const textFrame = (text: string) =>
  Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)])

/** Opens a connection to the server under test, driven byte by byte. */
export const bytewise = Effect.flatMap(port, (number) => open(number, { encoding: "latin1" }))

/** Makes a client's frame with a mask of zeros (RFC 6455, 5.3). */
export const masked = (opcode: number, data: Buffer) =>
  Buffer.concat([
    data.length < 126
      ? Buffer.from([opcode, 0x80 | data.length])
      : Buffer.from([opcode, 0xfe, data.length >> 8, data.length & 0xff]),
    Buffer.alloc(4),
    data
  ])
