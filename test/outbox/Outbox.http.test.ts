import { HttpApi } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Layer, TestClock } from "effect"
import { AppConfig } from "../../src/AppConfig.ts"
import { Email } from "../../src/domain/Email.ts"
import { OutboxApi } from "../../src/outbox/Api.ts"
import * as OutboxHttp from "../../src/outbox/Http.ts"
import { Lifecycle } from "../../src/platform/lifecycle/Lifecycle.ts"
import { messageIdOf } from "../../src/platform/mail/Mail.ts"
import { Mailer } from "../../src/platform/mail/Mailer.ts"
import { OutboxRepo } from "../../src/platform/mail/OutboxRepo.ts"
import * as OutboxRetention from "../../src/platform/mail/OutboxRetention.ts"
import { Database } from "../../src/platform/sql/Database.ts"
import { asker } from "../support/ask.ts"
import * as TestDatabase from "../support/Database.ts"
import { onDialect } from "../support/dialect.ts"

const layer = Mailer.layer.pipe(
  Layer.provideMerge(OutboxRepo.layer),
  Layer.provideMerge(TestDatabase.layer),
  Layer.provideMerge(Lifecycle.layer),
  Layer.provideMerge(AppConfig.layerWith({}))
)

const mailOf = (jobId: number, text = `Bienvenue, ${jobId} ☕ !`) => ({
  to: Email.make("alice@example.com"),
  subject: "Bienvenue !",
  text,
  jobId,
  messageId: messageIdOf(jobId, "welcome", "localhost")
})

const ask = Effect.flatMap(OutboxHttp.handlers, (outbox) => asker(HttpApi.make("outbox").add(OutboxApi), { outbox }))

describe("the embedded outbox", () => {
  it.effect("keeps a mail with its moment, once however often it is sent", () =>
    Effect.gen(function*() {
      const { send } = yield* Mailer
      const get = yield* ask
      yield* TestClock.setTime(1_000)
      yield* send(mailOf(12))
      yield* TestClock.setTime(2_000)
      yield* send(mailOf(12, "sent again"))
      yield* Effect.all(Array.from({ length: 10 }, () => send(mailOf(13))), { concurrency: "unbounded" })
      const mail = { to: "alice@example.com", subject: "Bienvenue !" }
      const answer = yield* get("/outbox")
      expect([answer.status, answer.body]).toEqual([200, [
        {
          ...mail,
          // a mail that was there already takes a number from PostgreSQL's sequence
          id: onDialect({ sqlite: 2, postgres: 3 }),
          text: "Bienvenue, 13 ☕ !",
          job_id: 13,
          message_id: "<job-13.welcome@localhost>",
          sent_at: "1970-01-01T00:00:02.000Z"
        },
        {
          ...mail,
          id: 1,
          text: "Bienvenue, 12 ☕ !",
          job_id: 12,
          message_id: "<job-12.welcome@localhost>",
          sent_at: "1970-01-01T00:00:01.000Z"
        }
      ]])
    }).pipe(Effect.provide(layer)))

  it.effect("lists its mails newest first, a page at a time, with a Link while there are more", () =>
    Effect.gen(function*() {
      const { send } = yield* Mailer
      const get = yield* ask
      yield* Effect.forEach([1, 2, 3, 4, 5], (job) => send(mailOf(job)), { concurrency: 1 })
      const pages: Array<unknown> = []
      let next: string | undefined = "/outbox?limit=2"
      // bounded, as a Link that leads back would never end
      while (next !== undefined && pages.length < 5) {
        const { body, headers }: { readonly body: unknown; readonly headers: Headers } = yield* get(next)
        pages.push(Array.isArray(body) ? body.map(({ job_id }: { readonly job_id: number }) => job_id) : body)
        next = /^<([^>]+)>; rel="next"/.exec(headers.get("link") ?? "")?.[1]
      }
      expect(pages).toEqual([[5, 4], [3, 2], [1]])
      for (const query of ["limit=0", "limit=1001", "after=0", "after=x"]) {
        expect([query, (yield* get(`/outbox?${query}`)).status]).toEqual([query, 422])
      }
    }).pipe(Effect.provide(layer)))

  it.effect("keeps no mail of a transaction that is rolled back", () =>
    Effect.gen(function*() {
      const { send } = yield* Mailer
      const { transaction } = yield* Database
      const get = yield* ask
      yield* Effect.exit(transaction(Effect.zipRight(send(mailOf(1)), Effect.fail("no"))))
      expect((yield* get("/outbox")).body).toEqual([])
      yield* transaction(send(mailOf(2)))
      expect((yield* get("/outbox")).body).toMatchObject([{ job_id: 2 }])
    }).pipe(Effect.provide(layer)))

  it.effect("keeps a mail as long as the retention says, however many there are", () =>
    Effect.gen(function*() {
      const { send } = yield* Mailer
      const { removeOutdated } = yield* OutboxRetention.make
      const { writer: sql } = yield* Database
      const left = Effect.map(sql<{ job_id: number }>`SELECT job_id FROM outbox`, (rows) =>
        rows.map(({ job_id }) => job_id))
      const later = (milliseconds: number) =>
        TestClock.setTime(milliseconds + Duration.toMillis("90 days"))
      yield* TestClock.setTime(1_000)
      yield* sql`
        WITH RECURSIVE old(n) AS (SELECT 100 UNION ALL SELECT n + 1 FROM old WHERE n < 2099)
        INSERT INTO outbox (recipient, subject, text, job_id, message_id, sent_at)
        SELECT 'alice@example.com', '', '', n, 'old ' || n, 1000 FROM old`
      yield* TestClock.setTime(2_000)
      yield* send(mailOf(2))
      yield* later(999)
      expect(yield* removeOutdated).toBe(0)
      yield* later(1_000)
      expect(yield* removeOutdated).toBe(2000)
      expect(yield* left).toEqual([2])
      yield* later(2_000)
      expect(yield* removeOutdated).toBe(1)
      expect(yield* left).toEqual([])
    }).pipe(Effect.provide(layer)))
})
