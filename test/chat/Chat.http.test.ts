import { HttpApi } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Layer, Logger, LogLevel } from "effect"
import { AppConfig } from "../../src/AppConfig.ts"
import { ChatApi } from "../../src/chat/Api.ts"
import { handlers } from "../../src/chat/Http.ts"
import { jsonProtocol } from "../../src/chat/messages.ts"
import { Room } from "../../src/chat/Room.ts"
import { Roster } from "../../src/chat/Roster.ts"
import * as SharedRoster from "../../src/chat/SharedRoster.ts"
import * as Sockets from "../../src/chat/Sockets.ts"
import * as HttpAdapter from "../../src/platform/http/HttpAdapter.ts"
import * as NodeServer from "../../src/platform/http/node/NodeServer.ts"
import { Lifecycle } from "../../src/platform/lifecycle/Lifecycle.ts"
import { rememberHeads } from "../../src/platform/websocket/WebSocketServer.ts"
import { httpAdapter } from "../support/adapter.ts"
import { onDialect } from "../support/dialect.ts"
import * as Postgres from "../support/postgres.ts"
import { send } from "../support/send.ts"
import { type Client, connect, port, refusal } from "../support/websocket.ts"

const api = HttpApi.make("test").add(ChatApi)

const serve = Layer.scopedDiscard(Effect.gen(function*() {
  const server = yield* NodeServer.NodeServer
  rememberHeads(server)
  yield* HttpAdapter.serve(server, api, { chat: yield* handlers }, {})
  yield* (yield* Lifecycle).enter("ready")
}))

/** Starts a real server with only the chat. */
const server = (overrides: Parameters<typeof AppConfig.layerWith>[0] = {}) =>
  serve.pipe(
    Layer.provideMerge(Room.layer),
    Layer.provide(onDialect({
      sqlite: Roster.local,
      postgres: Layer.provide(SharedRoster.layer, Postgres.layer)
    })),
    Layer.provide(Sockets.layer),
    Layer.provideMerge(NodeServer.layer),
    Layer.provide(NodeServer.NodeServer.layer),
    Layer.provide(Lifecycle.layer),
    Layer.provide(AppConfig.layerWith({ port: 0, httpAdapter, chatProcessing: Duration.millis(20), ...overrides })),
    Layer.provide(Logger.minimumLogLevel(LogLevel.None))
  )

const take = (client: Client, count: number) => Effect.replicateEffect(client.next, count)

/** Waits until the client, and all that joined before it, saw one of its messages. */
const settle = Effect.fnUntraced(function*(client: Client, id: number, earlier: ReadonlyArray<Client> = []) {
  client.socket.send("here")
  for (const one of [client, ...earlier]) expect(yield* one.next).toBe(`Client ${id}: HERE`)
})

describe("WS /ws/{client_id}", () => {
  it.live("repeats each message in upper case to everyone, in order, and tells who left", () =>
    Effect.gen(function*() {
      const first = yield* connect("/ws/1")
      yield* settle(first, 1)
      const second = yield* connect("/ws/2/")
      yield* settle(second, 2, [first])
      for (const text of ["a", "ß", "c"]) first.socket.send(text)
      const said = ["Client 1: A", "Client 1: SS", "Client 1: C"]
      expect(yield* take(first, 3)).toEqual(said)
      expect(yield* take(second, 3)).toEqual(said)
      first.socket.close()
      expect(yield* second.next).toBe("Client 1 left the chat")
    }).pipe(Effect.scoped, Effect.provide(server())))

  it.live("continues after a client resets its connection while its message is processed", () =>
    Effect.gen(function*() {
      const other = yield* connect("/ws/2")
      yield* settle(other, 2)
      for (const text of ["first", "second"]) {
        const doomed = yield* connect("/ws/1")
        yield* Effect.async<void>((resume) => doomed.socket.send(text, () => resume(Effect.void)))
        doomed.socket.terminate()
        expect(yield* take(other, 2)).toEqual([`Client 1: ${text.toUpperCase()}`, "Client 1 left the chat"])
        yield* settle(other, 2)
        yield* settle(other, 2)
      }
      expect(other.socket.readyState).toBe(other.socket.OPEN)
    }).pipe(Effect.scoped, Effect.provide(server())))

  it.live("closes the one that sends a binary message or 15 MB, and no one else", () =>
    Effect.gen(function*() {
      const other = yield* connect("/ws/2")
      yield* settle(other, 2)
      const binary = yield* connect("/ws/1")
      binary.socket.send(Buffer.from("binary"))
      expect((yield* binary.closed).code).toBe(1003)
      expect(yield* other.next).toBe("Client 1 left the chat")
      const large = yield* connect("/ws/3")
      large.socket.send("x".repeat(15_000_000))
      expect((yield* large.closed).code).toBe(1009)
      expect(yield* other.next).toBe("Client 3 left the chat")
      yield* settle(other, 2)
      const fresh = yield* connect("/ws/4")
      yield* settle(fresh, 4)
    }).pipe(Effect.scoped, Effect.provide(server())))

  it.live("closes a client that never reads, while the others get every message", () =>
    Effect.gen(function*() {
      const sender = yield* connect("/ws/1")
      yield* settle(sender, 1)
      const reader = yield* connect("/ws/2")
      yield* settle(reader, 2, [sender])
      const slow = yield* connect("/ws/3")
      yield* settle(slow, 3, [sender, reader])
      slow.socket.pause()
      const text = "X".repeat(60_000)
      const left = "Client 3 left the chat"
      let seen = ""
      let sent = 0
      while (seen !== left && sent < 2_000) {
        sender.socket.send(`${sent} ${text}`)
        const expected = `Client 1: ${sent} ${text}`
        sent += 1
        seen = yield* reader.next
        const alsoSeen = yield* sender.next
        expect(alsoSeen === seen).toBe(true)
        // the leave message may come before or after the message during which the queue overflowed
        if (seen === left) {
          const last = [yield* reader.next, yield* sender.next]
          expect(last.every((one) => one === expected)).toBe(true)
        } else expect(seen === expected).toBe(true)
      }
      expect(seen).toBe(left)
      slow.socket.resume()
      expect(yield* slow.closed).toEqual({ code: 1013, reason: "too slow" })
      yield* settle(sender, 1)
    }).pipe(Effect.scoped, Effect.provide(server({ chatQueueMessages: 8, chatProcessing: Duration.zero }))))

  it.live("lets one client id connect several times, each leaving on its own", () =>
    Effect.gen(function*() {
      const tab = yield* connect("/ws/1")
      yield* settle(tab, 1)
      const other = yield* connect("/ws/1")
      yield* settle(other, 1, [tab])
      other.socket.close()
      expect(yield* tab.next).toBe("Client 1 left the chat")
      yield* settle(tab, 1)
    }).pipe(Effect.scoped, Effect.provide(server())))

  it.live("speaks JSON with the subprotocol", () =>
    Effect.gen(function*() {
      const json = yield* connect("/ws/1", [jsonProtocol])
      const next = Effect.map(json.next, (message): unknown => JSON.parse(message))
      expect(yield* next).toMatchObject({ id: 1, kind: "joined", client_id: 1 })
      json.socket.send(JSON.stringify({ kind: "personal", to: 1, text: "note" }))
      expect(yield* next).toMatchObject({ id: 2, kind: "personal", client_id: 1, to: 1, text: "NOTE" })
      json.socket.send("plain")
      expect(yield* next).toMatchObject({ kind: "error" })
    }).pipe(Effect.scoped, Effect.provide(server())))

  it.live("refuses before the upgrade an invalid client id, an invalid handshake, and one socket too many", () =>
    Effect.gen(function*() {
      for (const id of ["abc", "0", "-1", "1.5", "9007199254740992"]) {
        const refused = yield* refusal(`/ws/${id}`)
        expect(refused.status).toBe(422)
        expect(refused.headers.connection).toBe("close")
        expect(refused.body).toContain("InvalidInput")
      }
      const plain = yield* send(yield* port)("GET", "/ws/1")
      expect(plain.status).toBe(426)
      expect(plain.headers["content-type"]).toBe("application/problem+json")
      yield* settle(yield* connect("/ws/1"), 1)
      const full = yield* refusal("/ws/2")
      expect(full.status).toBe(503)
      expect(full.headers["content-type"]).toBe("application/problem+json")
    }).pipe(Effect.scoped, Effect.provide(server({ chatMaxClients: 1 }))))

  it.live("gives one address half of the sockets", () =>
    Effect.gen(function*() {
      yield* settle(yield* connect("/ws/1"), 1)
      const full = yield* refusal("/ws/2")
      expect(full.status).toBe(503)
      expect(full.body).toContain("one client")
    }).pipe(Effect.scoped, Effect.provide(server({ chatMaxClients: 2 }))))

  it.live("closes every socket with 1001 when the room stops, though one of them does not answer", () =>
    Effect.gen(function*() {
      const first = yield* connect("/ws/1")
      yield* settle(first, 1)
      const second = yield* connect("/ws/2")
      yield* settle(second, 2, [first])
      const dead = yield* connect("/ws/3")
      yield* settle(dead, 3, [first, second])
      dead.socket.pause()
      yield* Effect.flatMap(Room, (room) => room.stop)
      expect(yield* first.closed).toEqual({ code: 1001, reason: "stopping" })
      expect(yield* second.closed).toEqual({ code: 1001, reason: "stopping" })
      const late = yield* connect("/ws/4")
      expect((yield* late.closed).code).toBe(1001)
    }).pipe(Effect.scoped, Effect.provide(server({ chatCloseTimeout: Duration.millis(100) }))))

  it.live("closes every socket with 1001 when the server stops serving", () =>
    Effect.gen(function*() {
      const [client, closed] = yield* Effect.gen(function*() {
        const client = yield* connect("/ws/1").pipe(Effect.tap((opened) => settle(opened, 1)))
        return [client, client.closed] as const
      }).pipe(Effect.provide(server()))
      expect(yield* closed).toEqual({ code: 1001, reason: "stopping" })
      expect(client.socket.readyState).toBe(client.socket.CLOSED)
    }).pipe(Effect.scoped))
})
