import { expect, it } from "@effect/vitest"
import { Context, Effect, Queue, type Scope } from "effect"
import { faultyNetwork } from "../../scripts/harness/faultyNetwork.ts"
import type { Member, Roster } from "../../src/chat/Roster.ts"
import * as SharedEvents from "../../src/chat/SharedEvents.ts"
import { ClientId } from "../../src/domain/Ids.ts"
import { Database } from "../../src/platform/sql/Database.ts"
import * as Postgres from "../support/postgres.ts"
import { until } from "../support/until.ts"
import { joined, memberOf, type Seen, serverOn } from "./sharedRoom.ts"

/** Runs a test on two servers of one database. */
const withServers = <E>(
  test: (parts: {
    readonly url: string
    readonly first: typeof Roster.Service
    readonly second: typeof Roster.Service
    readonly database: typeof Database.Service
  }) => Effect.Effect<void, E, Scope.Scope>
) =>
  Effect.gen(function*() {
    const url = yield* Postgres.migrated
    const first = yield* serverOn(url)
    const second = yield* serverOn(url)
    const database = Context.get(first.context, Database)
    yield* test({ url, first: first.roster, second: second.roster, database })
  }).pipe(Effect.scoped)

/** Makes the removal of the server that has a client; it returns the number of members that left. */
const removalOf = Effect.fnUntraced(function*(database: typeof Database.Service, client: number) {
  const events = yield* Effect.provideService(SharedEvents.make, Database, database)
  const rows = yield* database.reader<{ readonly node: string }>`
    SELECT node FROM chat_members WHERE client_id = ${client}`
  return { remove: events.remove({ node: rows[0]?.node ?? "" }) }
})

const texts = (events: ReadonlyArray<Seen>) => events.map(({ text }) => text)

Postgres.describePostgres("a room on two servers", () => {
  it.live("has one order for all, and the order of each speaker", () =>
    withServers(({ first, second }) =>
      Effect.gen(function*() {
        const [one, two] = [yield* joined(first, 1), yield* joined(second, 2)]
        expect(yield* one.take(1)).toMatchObject([{ kind: "joined", client_id: 2 }])
        const numbers = Array.from({ length: 100 }, (_, index) => String(index))
        const talk = (roster: typeof Roster.Service, member: Member) =>
          Effect.forEach(numbers, (text) => roster.say(member, text), { concurrency: 1, discard: true })
        yield* Effect.all([talk(first, one.member), talk(second, two.member)], { concurrency: 2 })
        const [byOne, byTwo] = [yield* one.take(200), yield* two.take(200)]
        expect(byTwo).toEqual(byOne)
        expect(byOne.map(({ id }) => id)).toEqual(byOne.map((_, index) => (byOne[0]?.id ?? 0) + index))
        for (const id of [1, 2]) {
          expect(texts(byOne.filter(({ client_id }) => client_id === id))).toEqual(numbers)
        }
      })
    ))

  it.live("delivers a personal message to its two clients alone, and tells who is nowhere", () =>
    withServers(({ first, second }) =>
      Effect.gen(function*() {
        const [one, two] = [yield* joined(first, 1), yield* joined(second, 2)]
        const stranger = yield* joined(second, 3)
        expect(yield* first.whisper(one.member, ClientId.make(2), "psst\u0000")).toBe(true)
        expect(yield* first.whisper(one.member, ClientId.make(7), "nobody")).toBe(false)
        yield* second.say(two.member, "all")
        expect(yield* stranger.take(1)).toMatchObject([{ kind: "message", text: "all" }])
        for (const [client, before] of [[one, 2], [two, 1]] as const) {
          const seen = yield* client.take(before + 2)
          expect(texts(seen)).toEqual([...Array.from({ length: before }, () => undefined), "psst\u0000", "all"])
        }
      })
    ))

  it.live("tells once that the members of a dead server left, whose clients join again if it lives", () =>
    withServers(({ database, first, second }) =>
      Effect.gen(function*() {
        const [one, other] = [yield* joined(first, 1), yield* joined(first, 4)]
        const two = yield* joined(second, 2)
        const { remove } = yield* removalOf(database, 1)
        const removed = yield* Effect.replicateEffect(remove, 4, { concurrency: 4 })
        expect(removed.reduce((sum, count) => sum + count)).toBe(2)
        // the server that was taken for dead publishes nothing more under its old name
        yield* first.say(one.member, "late")
        yield* second.say(two.member, "after")
        const seen = yield* two.take(3)
        expect(seen).toMatchObject([{ kind: "left", client_id: 1 }, { kind: "left", client_id: 4 }, { text: "after" }])
        expect([yield* Queue.take(one.closed), yield* Queue.take(other.closed)]).toEqual([1012, 1012])
        yield* first.leave(one.member)
        const back = yield* joined(first, 1)
        yield* second.say(two.member, "again")
        expect(texts(yield* back.take(1))).toEqual(["again"])
      })
    ))

  it.live("closes the sockets of a server that is cut off, whose clients join elsewhere, and there again later", () =>
    Effect.gen(function*() {
      const url = yield* Postgres.migrated
      const network = yield* faultyNetwork(url)
      const { roster: cut } = yield* serverOn(network.url)
      const { roster: other } = yield* serverOn(url)
      const alice = yield* joined(cut, 1)
      const bob = yield* joined(other, 2)
      yield* network.cut
      expect(yield* Queue.take(alice.closed)).toBe(1012)
      expect(yield* Queue.take(bob.seen)).toMatchObject({ kind: "left", client_id: 1 })
      const refused = yield* memberOf(3)
      yield* cut.join(refused.member)
      expect(yield* Queue.take(refused.closed)).toBe(1012)
      yield* network.mend
      const again = yield* memberOf(1)
      yield* until(Effect.zipRight(cut.join(again.member), Queue.size(again.seen)), (seen) => seen > 0)
      yield* other.say(bob.member, "welcome back")
      expect(yield* until(Queue.take(again.seen), ({ kind }) => kind === "message")).toMatchObject({
        text: "welcome back"
      })
    }).pipe(Effect.scoped))

  it.live("loses nothing if all sessions end, those that listen too", () =>
    withServers(({ first, second, url }) =>
      Effect.gen(function*() {
        const [one, two] = [yield* joined(first, 1), yield* joined(second, 2)]
        yield* one.take(1)
        const numbers = Array.from({ length: 60 }, (_, index) => String(index))
        yield* Effect.forEach(numbers, (text, index) =>
          Effect.zipRight(
            Effect.when(Postgres.endSessions(url), () => index % 20 === 10),
            first.say(one.member, text)
          ), { concurrency: 1 })
        expect(texts(yield* two.take(60))).toEqual(numbers)
        expect(texts(yield* one.take(60))).toEqual(numbers)
        expect(yield* Queue.size(one.closed)).toBe(0)
      })
    ))

  it.live("has its clients join again after a crash of the database, which empties the tables", () =>
    withServers(({ database, first, second }) =>
      Effect.gen(function*() {
        const [one, two] = [yield* joined(first, 1), yield* joined(second, 2)]
        yield* database.writer`TRUNCATE nodes, chat_counter, chat_events, chat_members`
        expect([yield* Queue.take(one.closed), yield* Queue.take(two.closed)]).toEqual([1012, 1012])
        const [one2, two2] = [yield* joined(first, 1), yield* joined(second, 2)]
        yield* first.say(one2.member, "here")
        yield* second.say(two2.member, "here too")
        expect(texts(yield* two2.take(2))).toEqual(["here", "here too"])
      })
    ))

  it.live("publishes nothing of a member that has left with its server's old name, and closes the next one once", () =>
    withServers(({ database, first, second }) =>
      Effect.gen(function*() {
        const two = yield* joined(second, 2)
        const one = yield* joined(first, 1)
        yield* Effect.flatMap(removalOf(database, 1), ({ remove }) => remove)
        // the server learns of its removal by what it publishes
        yield* first.say(one.member, "dropped")
        expect(yield* Queue.take(one.closed)).toBe(1012)
        // the client's messages that were received before
        yield* first.say(one.member, "late")
        expect(yield* first.whisper(one.member, ClientId.make(2), "late")).toBe(true)
        yield* first.leave(one.member)
        const back = yield* joined(first, 1)
        yield* first.say(back.member, "again")
        expect(yield* two.take(4)).toMatchObject([
          { kind: "joined", client_id: 1 },
          { kind: "left", client_id: 1 },
          { kind: "joined", client_id: 1 },
          { text: "again" }
        ])
        expect(yield* Queue.size(back.closed)).toBe(0)
      })
    ))
})
