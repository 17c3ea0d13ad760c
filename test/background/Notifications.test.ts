import { describe, expect, it } from "@effect/vitest"
import { Array, DateTime, Duration, Effect, Fiber, Layer } from "effect"
import { Jobs } from "../../src/platform/jobs/Jobs.ts"
import { OutboxRepo } from "../../src/platform/mail/OutboxRepo.ts"
import { BlockingLoop } from "../../src/platform/workers/blocking/BlockingLoop.ts"
import {
  alice,
  askFor,
  attemptsAt,
  ended,
  instantly,
  layer,
  layerFromBegin,
  mailedBy,
  reaches
} from "../support/Background.ts"
import * as TestJobs from "../support/Jobs.ts"
import { logLines } from "../support/logLines.ts"
import * as Smtp from "../support/SmtpServer.ts"
import { spanCounter } from "../support/spans.ts"
import { turn } from "../support/turn.ts"

/** The mails of the embedded outbox, newest first. */
const mails = Effect.flatMap(OutboxRepo, (outbox) => outbox.page({ limit: 100, after: undefined }))

/** Pauses without jitter, so that the test knows them. */
const eightTimes = {
  retry: {
    attempts: 8,
    backoff: { kind: "exponential", base: Duration.seconds(1), max: Duration.minutes(1) }
  }
} as const

describe("a notification", () => {
  it.scopedLive("is composed on the sacrificial loop, one after another, and at most sixteen wait for it", () =>
    Effect.gen(function*() {
      const { layer: log, texts } = yield* logLines
      const { spans, tracer } = yield* spanCounter("BlockingLoop.sleep")
      yield* Effect.gen(function*() {
        const ids = yield* Effect.replicateEffect(askFor("sendNotification"), 40)
        const done = yield* Effect.forEach(ids, ended, { concurrency: ids.length })
        expect(done.map(({ state }) => state)).toEqual(ids.map(() => "succeeded"))
        expect(spans).toMatchObject({ active: 0, started: 40 })
        expect(spans.most).toBeLessThanOrEqual(16)
        expect((yield* mails).map(({ subject, text, to }) => [to, subject, text])).toEqual(
          ids.map(() => [alice, "Bienvenue !", "Bienvenue !"])
        )
      }).pipe(
        Effect.provide(Layer.provideMerge(layer({ mailDuration: Duration.millis(5) }), log)),
        Effect.withTracer(tracer)
      )
      expect(texts().filter((line) => line === `Email envoyé à ${alice}: Bienvenue !`)).toHaveLength(40)
    }))

  it.scopedLive("waits for its turn while the loop has no room, without a failed attempt", () =>
    Effect.gen(function*() {
      const loop = yield* BlockingLoop
      const occupied = yield* Effect.fork(loop.sleep({ times: 1, each: "1 hour" }))
      const id = yield* askFor("sendNotification")
      yield* reaches(id, (job) => attemptsAt(job, "e-mail").length === 1)
      yield* Effect.repeat(Effect.zipRight(Effect.yieldNow(), loop.stats), { until: ({ waiting }) => waiting === 1 })
      expect(yield* Effect.flip(loop.sumOfSquares(3))).toMatchObject({ _tag: "Overloaded" })
      yield* Fiber.interrupt(occupied)
      const job = yield* ended(id)
      expect([job.state, attemptsAt(job, "e-mail").map(({ outcome }) => outcome)]).toEqual(["succeeded", ["succeeded"]])
      expect(yield* mails).toHaveLength(1)
    }).pipe(Effect.provide(layer({ ...instantly, blockingQueue: 1 }))))

  it.scopedLive("gets its turn among clients that ask repeatedly", () =>
    Effect.gen(function*() {
      const loop = yield* BlockingLoop
      const crowd = Effect.forever(Effect.zipRight(Effect.ignore(loop.sleep({ times: 1, each: "2 millis" })), turn))
      yield* Effect.replicateEffect(Effect.forkScoped(crowd), 4)
      for (const id of yield* Effect.replicateEffect(askFor("sendNotification"), 20)) {
        const job = yield* ended(id)
        expect([job.state, attemptsAt(job, "e-mail").length]).toEqual(["succeeded", 1])
      }
      expect(yield* mails).toHaveLength(20)
    }).pipe(Effect.provide(layer({ ...instantly, blockingQueue: 2 }))))

  it.effect("by the asynchronous operation is composed asleep, and its Message-Id derives from its job", () =>
    Effect.gen(function*() {
      const { layer: log, texts } = yield* logLines
      const { spans, tracer } = yield* spanCounter("BlockingLoop.sleep")
      yield* Effect.gen(function*() {
        const jobs = yield* Jobs
        const id = yield* askFor("sendNotificationAsync")
        yield* TestJobs.pass("1999 millis")
        expect((yield* jobs.get(id)).state).toBe("running")
        expect(yield* mails).toEqual([])
        yield* TestJobs.pass("1 millis")
        expect((yield* jobs.get(id)).state).toBe("succeeded")
        expect(yield* mails).toMatchObject([{
          to: alice,
          subject: "Bienvenue async !",
          text: "Bienvenue async !",
          job_id: id,
          message_id: `<job-${id}.welcome-${DateTime.toEpochMillis(TestJobs.began)}@localhost>`
        }])
      }).pipe(Effect.provide(Layer.provideMerge(layerFromBegin(), log)), Effect.withTracer(tracer))
      expect(texts()).toContain(`Email async envoyé à ${alice}: Bienvenue async !`)
      expect(spans.started).toBe(0)
    }))

  it.effect("is tried as often as its policy says, after 1, 2, 4 … s and at most a minute, then a dead letter", () =>
    Effect.gen(function*() {
      const mail = yield* Smtp.make(Array.makeBy(8, () => ({ at: "rcpt", does: { reply: [451, "try later"] } })))
      yield* Effect.gen(function*() {
        const id = yield* askFor("sendNotificationAsync")
        const tried = Effect.map(Effect.flatMap(Jobs, (jobs) => jobs.get(id)), (job) => attemptsAt(job, "e-mail"))
        const over = (n: number) => reaches(id, (job) => attemptsAt(job, "e-mail")[n - 1]?.outcome === "failed")
        for (const [n, pause] of [1, 2, 4, 8, 16, 32, 60].entries()) {
          yield* over(n + 1)
          yield* TestJobs.pass(Duration.subtract(Duration.seconds(pause), "1 millis"))
          expect(yield* tried).toHaveLength(n + 1)
          yield* TestJobs.pass("1 millis")
          expect(yield* tried).toHaveLength(n + 2)
        }
        const dead = yield* ended(id)
        expect(dead.state).toBe("failed")
        expect(dead.error).toMatch(/^e-mail: attempts exhausted: the mail server is not available .*451 try later/)
        expect(
          attemptsAt(dead, "e-mail").map(({ outcome, started_at }) => [
            (DateTime.toEpochMillis(started_at) - DateTime.toEpochMillis(TestJobs.began)) / 1000,
            outcome
          ])
        ).toEqual([0, 1, 3, 7, 15, 31, 63, 123].map((at) => [at, "failed"]))
        expect(mail.received).toEqual([])
      }).pipe(Effect.provide(layerFromBegin({ ...instantly, ...mailedBy(mail) }, { "send-mail": eightTimes })))
    }).pipe(Effect.scoped))
})
