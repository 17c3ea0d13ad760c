import { describe, expect, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Option, Queue } from "effect"
import type { Connection } from "../../../src/platform/websocket/Connection.ts"
import * as Frame from "../../../src/platform/websocket/Frame.ts"
import { WebSocketServer } from "../../../src/platform/websocket/WebSocketServer.ts"
import { connect, refusal } from "../../support/websocket.ts"
import { bytewise, handshake, masked, serve, server } from "./serving.ts"

describe("the bounds of a WebSocketServer", () => {
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
