import { HttpServer, HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Either, Exit, Layer, Option, Queue } from "effect"
import { createServer } from "node:http"
import { InputMemory } from "../../../src/platform/lifecycle/InputMemory.ts"
import type { Connection } from "../../../src/platform/websocket/Connection.ts"
import * as Frame from "../../../src/platform/websocket/Frame.ts"
import { type Limits, rememberHeads, WebSocketServer } from "../../../src/platform/websocket/WebSocketServer.ts"
import { connect as open } from "../../support/connect.ts"
import * as Loopback from "../../support/loopback.ts"
import { send } from "../../support/send.ts"
import { connect, port, refusal } from "../../support/websocket.ts"

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
const serve = Effect.fnUntraced(function*() {
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

const server = ({ inputBytes = 1_048_576, ...limits }: Partial<Limits> & { readonly inputBytes?: number } = {}) =>
  WebSocketServer.layer({ ...defaults, ...limits }).pipe(
    Layer.provide(InputMemory.layer(inputBytes)),
    Layer.provideMerge(Loopback.layer(() => {
      const created = createServer()
      rememberHeads(created)
      return created
    }))
  )

const handshake = [
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
const textFrame = (text: string) =>
  Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)])

/** Opens a connection to the server under test, driven byte by byte. */
const bytewise = Effect.flatMap(port, (number) => open(number, { encoding: "latin1" }))

describe("WebSocketServer", () => {
  it.live("passes texts both ways, agrees on a subprotocol, and reports the close code", () =>
    Effect.gen(function*() {
      const { accepted, outcome } = yield* serve()
      const client = yield* connect("/ws", ["zero", "one"])
      const connection = yield* accepted
      expect(connection.protocol).toBe("one")
      expect(client.socket.protocol).toBe("one")
      client.socket.send("cœur ☕")
      expect(yield* connection.receive).toEqual(Option.some("cœur ☕"))
      connection.send(Frame.text("prêt ☕"))
      expect(yield* client.next).toBe("prêt ☕")
      client.socket.close(1000, "bye")
      expect(yield* connection.closed).toEqual({ code: 1000, reason: "bye" })
      expect(yield* connection.receive).toEqual(Option.none())
      expect(yield* client.closed).toEqual({ code: 1000, reason: "bye" })
      expect(yield* outcome).toBe("200")
    }).pipe(Effect.scoped, Effect.provide(server())))

  it.live("keeps a frame that came in the handshake's packet, and writes no HTTP answer after it", () =>
    Effect.gen(function*() {
      const { accepted, outcome } = yield* serve()
      const socket = yield* bytewise
      socket.write(Buffer.concat([Buffer.from(handshake), textFrame("early")]))
      const connection = yield* accepted
      expect(yield* connection.receive).toEqual(Option.some("early"))
      // a close frame without a code, masked
      socket.write(Buffer.from([0x88, 0x80, 0, 0, 0, 0]))
      expect(yield* outcome).toBe("200")
      const answer = yield* socket.closed
      expect(answer.split("HTTP/1.1")).toHaveLength(2)
      expect(answer.endsWith("\x88\x00<closed>")).toBe(true)
    }).pipe(Effect.scoped, Effect.provide(server())))

  it.live("a plain GET and a bad handshake are a 426 with Upgrade", () =>
    Effect.gen(function*() {
      yield* serve()
      const plain = yield* send(yield* port)("GET", "/ws", { headers: { upgrade: "websocket" } })
      expect(plain.status).toBe(426)
      expect(plain.headers.upgrade).toBe("websocket")
      for (
        const bad of [
          handshake.replace(": 13", ": 9"),
          handshake.replace(": 13", ": 8"),
          handshake.replace("HTTP/1.1", "HTTP/1.0"),
          handshake.replace("Host", "Content-Length: 5\r\nHost"),
          handshake.replace("Host", "Transfer-Encoding: chunked\r\nHost"),
          handshake.replace("Key: dGhl", "Key: "),
          handshake.replace("websocket", "h2c")
        ]
      ) {
        const socket = yield* bytewise
        socket.write(bad)
        expect(yield* socket.closed).toMatch(/^HTTP\/1.1 426 [^]*sec-websocket-version: 13/)
      }
    }).pipe(Effect.scoped, Effect.provide(server())))

  it.live("refuses one socket too many with 503, and frees its place", () =>
    Effect.gen(function*() {
      const { accepted, outcome } = yield* serve()
      const first = yield* connect("/ws")
      yield* accepted
      expect((yield* refusal("/ws")).status).toBe(503)
      expect(yield* outcome).toBe("503")
      first.socket.close()
      yield* outcome
      // the request's scope, which holds the place, closes in the turn of its outcome; the next request comes later
      yield* connect("/ws")
    }).pipe(Effect.scoped, Effect.provide(server({ sockets: 1 }))))

  it.live("closes on a binary message with 1003, after the messages before it", () =>
    Effect.gen(function*() {
      const { accepted } = yield* serve()
      const client = yield* connect("/ws")
      const connection = yield* accepted
      client.socket.send("before")
      client.socket.send(Buffer.from("binary"))
      client.socket.send("after")
      expect(yield* client.closed).toEqual({ code: 1003, reason: "text messages only" })
      expect(yield* connection.receive).toEqual(Option.some("before"))
      expect(yield* connection.receive).toEqual(Option.none())
    }).pipe(Effect.scoped, Effect.provide(server())))

  it.live("closes on a 15 MB message with 1009 and on invalid UTF-8 with 1007", () =>
    Effect.gen(function*() {
      const { accepted } = yield* serve()
      const large = yield* connect("/ws")
      const largeConnection = yield* accepted
      large.socket.send("x".repeat(15_000_000))
      expect(yield* large.closed).toEqual({ code: 1009, reason: "message too large" })
      expect((yield* largeConnection.closed).code).toBe(1009)
      const invalid = yield* connect("/ws")
      yield* accepted
      invalid.socket.send(Buffer.from([0xff]), { binary: false })
      expect(yield* invalid.closed).toEqual({ code: 1007, reason: "invalid UTF-8" })
    }).pipe(Effect.scoped, Effect.provide(server())))

  it.live("takes a message of exactly the limit and no byte more", () =>
    Effect.gen(function*() {
      const { accepted } = yield* serve()
      const client = yield* connect("/ws")
      const connection = yield* accepted
      client.socket.send("x".repeat(1000))
      expect(Option.map(yield* connection.receive, (text) => text.length)).toEqual(Option.some(1000))
      client.socket.send("x".repeat(1001))
      expect((yield* client.closed).code).toBe(1009)
    }).pipe(Effect.scoped, Effect.provide(server({ messageBytes: 1000 }))))

  it.live("does not read a client whose messages nobody takes, and does not mistake its silence for death", () =>
    Effect.gen(function*() {
      const { accepted } = yield* serve()
      const flooder = yield* connect("/ws")
      const connection = yield* accepted
      const watcher = yield* connect("/ws")
      yield* accepted
      const pings = yield* Queue.unbounded<void>()
      watcher.socket.on("ping", () => pings.unsafeOffer(undefined))
      const count = 200
      const message = "x".repeat(60_000)
      for (let index = 0; index < count; index += 1) flooder.socket.send(`${index} ${message}`)
      // several heartbeats pass while 12 MB wait in the client, far more than the kernel's buffers take
      yield* Effect.repeatN(Queue.take(pings), 4)
      expect(flooder.socket.bufferedAmount).toBeGreaterThan(0)
      for (let index = 0; index < count; index += 1) {
        expect(Option.map(yield* connection.receive, (text) => text.split(" ")[0])).toEqual(Option.some(String(index)))
      }
      flooder.socket.close(1000)
      expect((yield* connection.closed).code).toBe(1000)
    }).pipe(Effect.scoped, Effect.provide(server({ receiveMessages: 4, heartbeat: Duration.millis(100) }))))

  it.live("closes a client that does not read with 1013, and no one else", () =>
    Effect.gen(function*() {
      const { accepted } = yield* serve()
      const slow = yield* connect("/ws")
      const slowConnection = yield* accepted
      const healthy = yield* connect("/ws")
      const healthyConnection = yield* accepted
      slow.socket.pause()
      const tooSlow = yield* Deferred.make<void>()
      yield* Effect.fork(Effect.zipRight(slowConnection.receive, Deferred.succeed(tooSlow, undefined)))
      const message = "x".repeat(60_000)
      let sent = 0
      while (!(yield* Deferred.isDone(tooSlow)) && sent < 2_000) {
        slowConnection.send(Frame.text(message))
        healthyConnection.send(Frame.text(message))
        expect(yield* healthy.next).toHaveLength(60_000)
        sent += 1
      }
      // the kernel's buffers take some megabytes, an unknown number
      expect(sent).toBeGreaterThan(8)
      expect(sent).toBeLessThan(2_000)
      slow.socket.resume()
      expect(yield* slow.closed).toEqual({ code: 1013, reason: "too slow" })
      expect(yield* slowConnection.closed).toEqual({ code: 1013, reason: "too slow" })
      expect((yield* WebSocketServer).dropped).toEqual({ slow: 1, silent: 0 })
    }).pipe(Effect.scoped, Effect.provide(server({ sendMessages: 8 }))))

  it.live("sends a reading client more in one tick than its queue may hold, in order", () =>
    Effect.gen(function*() {
      const { accepted } = yield* serve()
      const client = yield* connect("/ws")
      const connection = yield* accepted
      const messages = Array.from({ length: 100 }, (_, index) => `${index} ${"x".repeat(index * 7)}`)
      for (const message of messages) connection.send(Frame.text(message))
      expect(yield* Effect.replicateEffect(client.next, messages.length)).toEqual(messages)
    }).pipe(Effect.scoped, Effect.provide(server({ sendMessages: 8 }))))

  it.live("counts waiting bytes, yet lets a message larger than the whole queue pass alone", () =>
    Effect.gen(function*() {
      const { accepted } = yield* serve()
      const client = yield* connect("/ws")
      const connection = yield* accepted
      connection.send(Frame.text("x".repeat(5000)))
      expect(yield* client.next).toHaveLength(5000)
      client.socket.pause()
      // far more than the kernel's buffers take
      connection.send(Frame.text("x".repeat(16_000_000)))
      connection.send(Frame.text("x"))
      client.socket.resume()
      expect((yield* client.closed).code).toBe(1013)
      expect(yield* client.next).toHaveLength(16_000_000)
    }).pipe(Effect.scoped, Effect.provide(server({ sendBytes: 1024 }))))

  it.live("cuts a client that answers no ping, and keeps one that does", () =>
    Effect.gen(function*() {
      const { accepted } = yield* serve()
      const healthy = yield* connect("/ws")
      yield* accepted
      const pings = yield* Queue.unbounded<void>()
      healthy.socket.on("ping", () => pings.unsafeOffer(undefined))
      const silent = yield* connect("/ws", [], { autoPong: false })
      const connection = yield* accepted
      expect((yield* connection.closed).code).toBe(1006)
      expect((yield* silent.closed).code).toBe(1006)
      expect((yield* WebSocketServer).dropped).toEqual({ slow: 0, silent: 1 })
      yield* Effect.repeatN(Queue.take(pings), 3)
      healthy.socket.close(1000)
      expect((yield* healthy.closed).code).toBe(1000)
    }).pipe(Effect.scoped, Effect.provide(server({ heartbeat: Duration.millis(100) }))))

  it.live("frames texts of every length, which may go to several connections", () =>
    Effect.gen(function*() {
      const { accepted } = yield* serve()
      const [one, oneConnection] = [yield* connect("/ws"), yield* accepted]
      const [other, otherConnection] = [yield* connect("/ws"), yield* accepted]
      for (const length of [0, 1, 125, 126, 127, 65_535, 65_536, 100_000]) {
        const message = "é".repeat(length >> 1) + "x".repeat(length & 1)
        const frame = Frame.text(message)
        expect(frame.length).toBe(length)
        oneConnection.send(frame)
        otherConnection.send(frame)
        expect(yield* one.next).toBe(message)
        expect(yield* other.next).toBe(message)
      }
    }).pipe(Effect.scoped, Effect.provide(server())))

  it.live("sends what is queued before the close frame", () =>
    Effect.gen(function*() {
      const { accepted } = yield* serve()
      const client = yield* connect("/ws")
      const connection = yield* accepted
      connection.send(Frame.text("one"))
      connection.send(Frame.text("two"))
      yield* connection.close(1001, "stopping")
      connection.send(Frame.text("dropped"))
      expect(yield* client.closed).toEqual({ code: 1001, reason: "stopping" })
      expect([yield* client.next, yield* client.next]).toEqual(["one", "two"])
    }).pipe(Effect.scoped, Effect.provide(server())))

  it.live("cuts a peer that never answers the closing handshake", () =>
    Effect.gen(function*() {
      const { accepted } = yield* serve()
      const socket = yield* bytewise
      socket.write(handshake)
      const connection = yield* accepted
      yield* connection.close(1001, "stopping")
      expect(yield* connection.closed).toEqual({ code: 1001, reason: "stopping" })
    }).pipe(Effect.scoped, Effect.provide(server({ closeTimeout: Duration.millis(50) }))))

  it.live("cuts a peer that does not read the messages queued before the close frame", () =>
    Effect.gen(function*() {
      const { accepted } = yield* serve()
      const client = yield* connect("/ws")
      const connection = yield* accepted
      client.socket.pause()
      for (let index = 0; index < 500; index += 1) connection.send(Frame.text("x".repeat(60_000)))
      yield* connection.close(1001, "stopping")
      expect(yield* connection.closed).toEqual({ code: 1006, reason: "" })
    }).pipe(
      Effect.scoped,
      Effect.provide(server({
        closeTimeout: Duration.millis(50),
        sendMessages: 500,
        sendBytes: 64 * 1024 * 1024
      }))
    ))

  it.live("survives a reset before the answer to an upgrade request and after the upgrade", () =>
    Effect.gen(function*() {
      const { accepted, openGate, outcome } = yield* serve()
      const early = yield* bytewise
      early.write(handshake.replace("/ws", "/slow"))
      const late = yield* bytewise
      late.write(handshake)
      const connection = yield* accepted
      late.socket.resetAndDestroy()
      expect((yield* connection.closed).code).toBe(1006)
      expect(yield* connection.receive).toEqual(Option.none())
      yield* outcome
      early.socket.resetAndDestroy()
      yield* openGate
      expect(yield* outcome).toBe("200")
      const client = yield* connect("/ws")
      client.socket.send("alive")
      expect(yield* (yield* accepted).receive).toEqual(Option.some("alive"))
    }).pipe(Effect.scoped, Effect.provide(server())))

  it.live("cuts a client that pipelines a handshake behind a running request", () =>
    Effect.gen(function*() {
      yield* serve()
      const socket = yield* bytewise
      socket.write(`GET /slow HTTP/1.1\r\nHost: barista\r\n\r\n${handshake}`)
      expect(yield* socket.closed).toBe("<closed>")
      yield* connect("/ws")
    }).pipe(Effect.scoped, Effect.provide(server({ sockets: 1 }))))

  /** Makes a client's frame with a mask of zeros (RFC 6455, 5.3). */
  const masked = (opcode: number, data: Buffer) =>
    Buffer.concat([
      data.length < 126
        ? Buffer.from([opcode, 0x80 | data.length])
        : Buffer.from([opcode, 0xfe, data.length >> 8, data.length & 0xff]),
      Buffer.alloc(4),
      data
    ])

  it.live("closes a client that pings and never reads, so that no pongs accumulate", () =>
    Effect.gen(function*() {
      const { accepted } = yield* serve()
      const { socket } = yield* bytewise
      socket.write(handshake)
      const connection = yield* accepted
      socket.pause()
      const pings = Buffer.concat(Array.from({ length: 1000 }, () => masked(0x89, Buffer.alloc(125))))
      const flood = () => {
        while (socket.writable && socket.write(pings)) continue
      }
      socket.on("drain", flood)
      flood()
      expect(yield* connection.closed).toEqual({ code: 1006, reason: "" })
    }).pipe(Effect.scoped, Effect.provide(server({ closeTimeout: Duration.millis(50) }))))

  it.live("answers each ping with its data", () =>
    Effect.gen(function*() {
      const { accepted } = yield* serve()
      const client = yield* connect("/ws")
      yield* accepted
      const pongs = yield* Queue.unbounded<string>()
      client.socket.on("pong", (data) => pongs.unsafeOffer(String(data)))
      const sent = ["alone", "", ...Array.from({ length: 1000 }, (_, index) => `number ${index}`)]
      for (const data of sent) client.socket.ping(data)
      for (const data of sent) expect(yield* Queue.take(pongs)).toBe(data)
    }).pipe(Effect.scoped, Effect.provide(server())))

  it.live("buffers incomplete messages up to their common bound, in one frame or in fragments", () =>
    Effect.gen(function*() {
      const { accepted } = yield* serve()
      const half = Buffer.alloc(40_000, "x")
      const unfinished = [masked(0x81, Buffer.alloc(60_000, "x")).subarray(0, 40_000), masked(0x01, half)]
      const connections: Array<Connection> = []
      for (const bytes of [...unfinished, ...unfinished]) {
        const socket = yield* bytewise
        socket.write(handshake)
        connections.push(yield* accepted)
        socket.write(bytes)
      }
      const ends = yield* Effect.raceAll(connections.map(({ closed }) => closed))
      expect(ends).toEqual({ code: 1013, reason: "too many unfinished messages" })
    }).pipe(
      Effect.scoped,
      Effect.provide(
        server({ inputBytes: 100_000, closeTimeout: Duration.millis(50) })
      )
    ))

  it.live("bounds the places of one client", () =>
    Effect.gen(function*() {
      const { accepted } = yield* serve()
      yield* connect("/ws")
      yield* accepted
      expect((yield* refusal("/ws")).status).toBe(503)
    }).pipe(Effect.scoped, Effect.provide(server({ sockets: 2, socketsPerClient: 1 }))))
})
