import { describe, expect, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Exit, Fiber, Layer, Mailbox, Scope, TestClock } from "effect"
import { AppConfig } from "../../src/AppConfig.ts"
import { jsonProtocol } from "../../src/chat/messages.ts"
import { Room } from "../../src/chat/Room.ts"
import { Roster } from "../../src/chat/Roster.ts"
import { ClientId } from "../../src/domain/Ids.ts"
import type { Closed, Connection } from "../../src/platform/websocket/Connection.ts"

/** A connection in memory, as virtual time cannot drive a socket. */
interface FakeClient {
  readonly connection: Connection
  readonly seen: Array<string>
  readonly says: (text: string) => Effect.Effect<boolean>
  readonly leaves: Effect.Effect<void>
}

const makeConnection = Effect.fnUntraced(function*(protocol: string, closing: Duration.DurationInput) {
  const incoming = yield* Mailbox.make<string>()
  const closed = yield* Deferred.make<Closed>()
  const seen: Array<string> = []
  const close = (code: number, reason: string) =>
    Effect.zipRight(incoming.end, Effect.asVoid(Deferred.succeed(closed, { code, reason })))
  yield* Effect.addFinalizer(() =>
    Effect.unlessEffect(Effect.delay(close(1001, "stopping"), closing), Deferred.isDone(closed))
  )
  const connection: Connection = {
    protocol,
    receive: Effect.optionFromOptional(incoming.take),
    send: (message) => void seen.push(message.bytes.toString("utf8", message.bytes.length - message.length)),
    close,
    closed: Deferred.await(closed)
  }
  return { connection, seen, says: (text: string) => incoming.offer(text), leaves: close(1000, "bye") }
})

/** Makes a client that joins at once. */
const enter = Effect.fnUntraced(function*(id: number, protocol = "", closing: Duration.DurationInput = 0) {
  const room = yield* Room
  const made = yield* Deferred.make<FakeClient>()
  const accept = makeConnection(protocol, closing).pipe(
    Effect.tap((client) => Deferred.succeed(made, client)),
    Effect.map(({ connection }) => connection)
  )
  const hosting = yield* Effect.fork(room.host(ClientId.make(id), accept))
  const client = yield* Deferred.await(made)
  yield* TestClock.adjust(0)
  return {
    ...client,
    hosting,
    /** Returns and forgets the events that a JSON client saw. */
    events: () => client.seen.splice(0).map((text): unknown => JSON.parse(text))
  }
})

const roomWith = (overrides: Parameters<typeof AppConfig.layerWith>[0]) =>
  Room.layer.pipe(Layer.provide(Roster.local), Layer.provide(AppConfig.layerWith(overrides)))

const room = roomWith({})

describe("Room", () => {
  it.effect("says a message in upper case to everyone, the sender too, after 0.1 s and not before", () =>
    Effect.gen(function*() {
      const [first, second] = [yield* enter(1), yield* enter(2)]
      yield* first.says("Grüße, straße ☕")
      yield* TestClock.adjust("99 millis")
      expect([first.seen, second.seen]).toEqual([[], []])
      yield* TestClock.adjust("1 millis")
      const said = ["Client 1: GRÜSSE, STRASSE ☕"]
      expect([first.seen, second.seen]).toEqual([said, said])
    }).pipe(Effect.provide(room)))

  it.effect("processes one client's messages in turn and never delays another's", () =>
    Effect.gen(function*() {
      const [first, second] = [yield* enter(1), yield* enter(2)]
      for (const text of ["a", "b", "c"]) yield* first.says(text)
      yield* TestClock.adjust("50 millis")
      yield* second.says("x")
      yield* TestClock.adjust("100 millis")
      expect(first.seen).toEqual(["Client 1: A", "Client 2: X"])
      yield* TestClock.adjust("150 millis")
      expect(first.seen).toEqual(["Client 1: A", "Client 2: X", "Client 1: B", "Client 1: C"])
      expect(second.seen).toEqual(first.seen)
    }).pipe(Effect.provide(room)))

  it.effect("shows everyone the same order, whoever speaks at the same time", () =>
    Effect.gen(function*() {
      const ids = Array.from({ length: 20 }, (_, index) => index + 1)
      const clients = yield* Effect.forEach(ids, (id) => enter(id), { concurrency: 1 })
      for (const text of ["a", "b"]) {
        yield* Effect.forEach(clients, ({ says }) => says(text), { concurrency: 1 })
      }
      yield* TestClock.adjust(0)
      const [first] = clients
      expect(first?.seen).toHaveLength(40)
      for (const client of clients) expect(client.seen).toEqual(first?.seen)
      for (const id of ids) {
        const own = first?.seen.filter((text) => text.startsWith(`Client ${id}:`))
        expect(own).toEqual([`Client ${id}: A`, `Client ${id}: B`])
      }
    }).pipe(Effect.provide(roomWith({ chatProcessing: Duration.zero }))))

  it.effect("gives each client its turn after every message of another, also when none takes time", () =>
    Effect.gen(function*() {
      const [first, second] = [yield* enter(1), yield* enter(2)]
      for (const text of ["a", "b", "c"]) yield* first.says(text)
      yield* second.says("x")
      yield* TestClock.adjust(0)
      expect(first.seen).toEqual(["Client 1: A", "Client 2: X", "Client 1: B", "Client 1: C"])
    }).pipe(Effect.provide(roomWith({ chatProcessing: Duration.zero }))))

  it.effect("repeats messages received before a client left, then tells the others that it left", () =>
    Effect.gen(function*() {
      const [leaver, other] = [yield* enter(1), yield* enter(2)]
      yield* leaver.says("one")
      yield* leaver.says("two")
      yield* TestClock.adjust("50 millis")
      yield* leaver.leaves
      // as the HTTP server does when the socket closes
      yield* Fiber.interrupt(leaver.hosting)
      yield* TestClock.adjust("149 millis")
      expect(other.seen).toEqual(["Client 1: ONE"])
      yield* TestClock.adjust("1 millis")
      expect(other.seen).toEqual(["Client 1: ONE", "Client 1: TWO", "Client 1 left the chat"])
      yield* other.says("alone")
      yield* TestClock.adjust("100 millis")
      expect(other.seen.at(-1)).toBe("Client 2: ALONE")
      expect(leaver.seen).not.toContain("Client 2: ALONE")
      expect(leaver.seen).not.toContain("Client 1 left the chat")
    }).pipe(Effect.provide(room)))

  it.effect("gives JSON clients ids, kinds and times", () =>
    Effect.gen(function*() {
      const plain = yield* enter(1)
      const json = yield* enter(2, jsonProtocol)
      expect(json.events()).toEqual([{ id: 2, kind: "joined", client_id: 2, time: "1970-01-01T00:00:00.000Z" }])
      yield* json.says(JSON.stringify({ kind: "message", text: "hello" }))
      yield* TestClock.adjust("100 millis")
      expect(plain.seen).toEqual(["Client 2: HELLO"])
      expect(json.events()).toEqual([
        { id: 3, kind: "message", client_id: 2, text: "HELLO", time: "1970-01-01T00:00:00.100Z" }
      ])
      yield* plain.leaves
      yield* TestClock.adjust(0)
      expect(json.events()).toEqual([{ id: 4, kind: "left", client_id: 1, time: "1970-01-01T00:00:00.100Z" }])
    }).pipe(Effect.provide(room)))

  it.effect("delivers a personal message to every socket of both ids and to nobody else", () =>
    Effect.gen(function*() {
      const sender = yield* enter(1, jsonProtocol)
      const [tab, plainTab, stranger] = [yield* enter(2, jsonProtocol), yield* enter(2), yield* enter(3)]
      sender.events()
      tab.events()
      yield* sender.says(JSON.stringify({ kind: "personal", to: 2, text: "psst" }))
      yield* TestClock.adjust("100 millis")
      const personal = { id: 5, kind: "personal", client_id: 1, to: 2, text: "PSST", time: "1970-01-01T00:00:00.100Z" }
      expect(sender.events()).toEqual([personal])
      expect(tab.events()).toEqual([personal])
      expect(plainTab.seen).toEqual(["Client 1 to client 2: PSST"])
      expect(stranger.seen).toEqual([])
    }).pipe(Effect.provide(room)))

  it.effect("answers an invalid or undeliverable message to its sender alone, and continues", () =>
    Effect.gen(function*() {
      const json = yield* enter(1, jsonProtocol)
      const other = yield* enter(2)
      json.events()
      yield* json.says("{")
      yield* json.says(JSON.stringify({ kind: "personal", to: 0, text: 5 }))
      yield* json.says(JSON.stringify({ kind: "personal", to: 7, text: "nobody" }))
      yield* json.says(JSON.stringify({ kind: "message", text: "still here" }))
      yield* TestClock.adjust("200 millis")
      const [malformed, invalid, absent, said] = json.events()
      expect(malformed).toMatchObject({ kind: "error", detail: "Message invalide", errors: [{ loc: ["message"] }] })
      expect(invalid).toMatchObject({
        kind: "error",
        errors: expect.arrayContaining([
          expect.objectContaining({ loc: ["message", "to"] }),
          expect.objectContaining({ loc: ["message", "text"] })
        ])
      })
      expect(absent).toMatchObject({ kind: "error", errors: [{ loc: ["message", "to"], type: "not_connected" }] })
      expect(said).toMatchObject({ kind: "message", text: "STILL HERE" })
      expect(other.seen).toEqual(["Client 1: STILL HERE"])
    }).pipe(Effect.provide(room)))

  it.effect("checks a message as written, not as JavaScript reads it", () =>
    Effect.gen(function*() {
      const json = yield* enter(1, jsonProtocol)
      json.events()
      const misread = [
        "{\"kind\":\"personal\",\"to\":1.0000000000000001,\"text\":\"a\"}",
        "{\"kind\":\"personal\",\"to\":7,\"to\":1,\"text\":\"a\"}",
        "[".repeat(60_000) + "1e400"
      ]
      for (const said of misread) yield* json.says(said)
      yield* json.says("{\"kind\":\"personal\",\"to\":1.0e0,\"text\":\"a\"}")
      yield* TestClock.adjust("200 millis")
      expect(json.events()).toMatchObject([
        { kind: "error", errors: [{ loc: ["message", "to"] }] },
        { kind: "error", errors: [{ loc: ["message", "to"] }] },
        { kind: "error", errors: [{ loc: ["message"], msg: "doit être du JSON (RFC 8259)" }] },
        { kind: "personal", to: 1 }
      ])
    }).pipe(Effect.provide(room)))

  it.effect("closes everyone with 1001 when it stops, in the middle of a message, and says no more", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(room, scope)
      const [first, second] = yield* Effect.provide(
        Effect.all([enter(1, "", "1 second"), enter(2, "", "1 second")], { concurrency: 1 }),
        context
      )
      yield* first.says("interrupted")
      yield* TestClock.adjust("50 millis")
      const stop = yield* Effect.fork(Scope.close(scope, Exit.void))
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(stop)
      const stopping = { code: 1001, reason: "stopping" }
      expect([yield* first.connection.closed, yield* second.connection.closed]).toEqual([stopping, stopping])
      yield* TestClock.adjust("1 second")
      expect([first.seen, second.seen]).toEqual([[], []])
      yield* Fiber.join(first.hosting)
      const late = yield* Effect.provide(enter(3), context)
      expect(yield* late.connection.closed).toEqual(stopping)
    }))

  it.effect("closes a client's connection with 1001 when the request is interrupted while it is open", () =>
    Effect.gen(function*() {
      const [client, other] = [yield* enter(1), yield* enter(2)]
      yield* Fiber.interrupt(client.hosting)
      expect(yield* client.connection.closed).toEqual({ code: 1001, reason: "stopping" })
      yield* TestClock.adjust(0)
      expect(other.seen).toEqual(["Client 1 left the chat"])
    }).pipe(Effect.provide(room)))
})
