import { describe, expect, layer } from "@effect/vitest"
import { Duration, Effect, Fiber, Layer } from "effect"
import { dialect } from "../../support/dialect.ts"
import { isDone } from "../../support/fibers.ts"
import * as HeldDisk from "../../support/heldDisk.ts"
import { json } from "../../support/send.ts"
import { TestServer } from "../../support/TestServer.ts"

const live = { excludeTestServices: true } as const

const writes = [
  ["POST", "/users/?name=Ann&email=ann@example.com"],
  ["POST", "/transfer-money/?from_user=1&to_user=2&amount=1"],
  ["POST", "/accounts/1/deposits?amount=1"],
  ["POST", "/send-notification-async/?email=a@example.com&delay=600"],
  ["PUT", "/users/1/followers/3"],
  ["DELETE", "/users/1/posts/1"]
] as const

const reads = ["/health/live", "/users", "/users/1/complete-profile", "/accounts/1", "/jobs", "/outbox"]

const answersToReads = Effect.flatMap(
  TestServer,
  ({ send }) =>
    Effect.forEach(reads, (path) => Effect.map(send("GET", path), ({ status }) => status), { concurrency: 3 })
)
const allAnswered = reads.map(() => 200)

const impatient = TestServer.layer({ databaseLockTimeout: Duration.millis(50) })

layer(impatient, live)("a database that another process has locked for longer than requests wait", (it) => {
  it.scoped("is a 503 with Retry-After for every change, in both languages, and the server recovers", () =>
    Effect.gen(function*() {
      const { holdLock, send } = yield* TestServer
      const { release } = yield* holdLock
      const answers = yield* Effect.forEach(writes, ([method, path]) => send(method, path), { concurrency: 6 })
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
      expect(yield* answersToReads).toEqual(allAnswered)
      yield* release
      const again = yield* send("POST", writes[1][1], { headers: { "idempotency-key": "kept-free" } })
      expect([again.status, again.headers["idempotency-replayed"]]).toEqual([200, undefined])
      for (const [method, path] of writes) expect((yield* send(method, path)).status).toBeLessThan(300)
    }))
})

layer(TestServer.layer({ databaseLockTimeout: Duration.minutes(1) }), live)("a lock of another process", (it) => {
  it.scoped("delays changes only, and keeps no route from answering until it is released", () =>
    Effect.gen(function*() {
      const { holdLock, send } = yield* TestServer
      const { release } = yield* holdLock
      const waiting = yield* Effect.forEach(writes, ([method, path]) => Effect.fork(send(method, path)), {
        concurrency: 1
      })
      for (let round = 0; round < 3; round++) expect(yield* answersToReads).toEqual(allAnswered)
      expect(yield* Effect.forEach(waiting, isDone, { concurrency: 1 })).toEqual(writes.map(() => false))
      yield* release
      const answers = yield* Fiber.joinAll(waiting)
      expect(answers.filter(({ status }) => status >= 300)).toEqual([])
    }))
}) /** A PostgreSQL server syncs its disk by itself. */
const describeDisk = dialect === "sqlite" ? describe : describe.skip

describeDisk("a disk that stalls", () => {
  const { hold, layer: disk, letGo } = HeldDisk.make()

  layer(TestServer.layer().pipe(Layer.provide(disk)), live)("while it does", (it) => {
    it.effect("delays the answers to changes, and no other route", () =>
      Effect.gen(function*() {
        const { send } = yield* TestServer
        hold()
        const waiting = yield* Effect.forEach(writes, ([method, path]) => Effect.fork(send(method, path)), {
          concurrency: 1
        })
        for (let round = 0; round < 3; round++) expect(yield* answersToReads).toEqual(allAnswered)
        expect(yield* Effect.forEach(waiting, isDone, { concurrency: 1 })).toEqual(writes.map(() => false))
        letGo()
        const answers = yield* Fiber.joinAll(waiting)
        expect(answers.filter(({ status }) => status >= 300)).toEqual([])
      }).pipe(Effect.ensuring(Effect.sync(letGo))))
  })
})
