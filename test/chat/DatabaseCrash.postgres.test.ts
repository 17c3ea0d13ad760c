import { expect, it } from "@effect/vitest"
import { Effect, Queue } from "effect"
import { ask } from "../../scripts/harness/postgresClient.ts"
import { postgresServer } from "../../scripts/harness/postgresServer.ts"
import * as Postgres from "../support/postgres.ts"
import { joined, serverOn } from "./sharedRoom.ts"

Postgres.describePostgres("a crash of the database server", () => {
  it.live(
    "has the clients of all servers join again once, with everyone present in one new order",
    () =>
      Effect.gen(function*() {
        // a server of its own, as the tests' server has other databases
        const postgres = yield* postgresServer
        yield* ask(postgres.url("postgres"), "CREATE DATABASE chat")
        const url = postgres.url("chat")
        const { roster: first } = yield* serverOn(url)
        const { roster: second } = yield* serverOn(url)
        const [one, two] = [yield* joined(first, 1), yield* joined(second, 2)]
        yield* first.say(one.member, "before")
        yield* postgres.crash(0)
        expect([yield* Queue.take(one.closed), yield* Queue.take(two.closed)]).toEqual([1012, 1012])
        yield* first.leave(one.member)
        yield* second.leave(two.member)
        const [one2, two2] = [yield* joined(first, 1), yield* joined(second, 2)]
        yield* first.say(one2.member, "after")
        yield* second.say(two2.member, "after too")
        const [byOne, byTwo] = [yield* one2.take(3), yield* two2.take(2)]
        expect(byOne).toMatchObject([{ kind: "joined", client_id: 2 }, { text: "after" }, { text: "after too" }])
        expect(byTwo).toEqual(byOne.slice(1))
        expect(yield* ask(url, "SELECT client_id::int AS id FROM chat_members ORDER BY id")).toEqual([{ id: 1 }, {
          id: 2
        }])
        expect([yield* Queue.size(one2.closed), yield* Queue.size(two2.closed)]).toEqual([0, 0])
      }).pipe(Effect.scoped),
    60_000
  )
})
