import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { holdLock } from "../support/holdLock.ts"
import { json, TestServer } from "../support/TestServer.ts"

const live = { excludeTestServices: true } as const

const writes = [
  ["POST", "/users/?name=Ann&email=ann@example.com"],
  ["POST", "/transfer-money/?from_user=1&to_user=2&amount=1"],
  ["POST", "/accounts/1/deposits?amount=1"],
  ["POST", "/send-notification-async/?email=a@example.com&delay=600"],
  ["PUT", "/users/1/followers/3"],
  ["DELETE", "/users/1/posts/1"]
] as const

layer(TestServer.layer(), live)("a database that another process has locked", (it) => {
  it.scoped("is a 503 with Retry-After for every change, in both languages, and everything goes on afterwards", () =>
    Effect.gen(function*() {
      const { dataDir, send } = yield* TestServer
      const { release } = yield* holdLock(`${dataDir}/barista.sqlite`)
      const answers = yield* Effect.forEach(writes, ([method, path]) => send(method, path), { concurrency: 2 })
      for (const answer of answers) {
        expect([answer.status, answer.headers["retry-after"], answer.headers["content-type"]]).toEqual([
          503,
          "1",
          "application/problem+json"
        ])
        expect(json(answer)).toMatchObject({
          _tag: "DatabaseUnavailable",
          reason: "busy",
          title: "Base de données indisponible"
        })
      }
      const english = yield* send("POST", writes[1][1], {
        headers: { "accept-language": "en", "idempotency-key": "kept-free" }
      })
      expect([english.status, json(english)["title"]]).toEqual([503, "Database unavailable"])
      expect((yield* send("GET", "/users/1/posts")).status).toBe(200)
      yield* release
      const again = yield* send("POST", writes[1][1], { headers: { "idempotency-key": "kept-free" } })
      expect([again.status, again.headers["idempotency-replayed"]]).toEqual([200, undefined])
      for (const [method, path] of writes) expect((yield* send(method, path)).status).toBeLessThan(300)
    }))
})
