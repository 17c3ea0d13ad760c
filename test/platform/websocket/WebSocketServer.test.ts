import { describe, expect, it } from "@effect/vitest"
import { Effect, Option, Queue } from "effect"
import * as Frame from "../../../src/platform/websocket/Frame.ts"
import { send } from "../../support/send.ts"
import { connect, port } from "../../support/websocket.ts"
import { bytewise, handshake, serve, server, textFrame } from "./serving.ts"

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
})
