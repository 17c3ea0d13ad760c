import { describe, expect, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Layer } from "effect"
import { Email } from "../../src/domain/Email.ts"
import { Jobs } from "../../src/platform/jobs/Jobs.ts"
import type { Policy } from "../../src/policy/Policy.ts"
import { alice, askFor, attemptsAt, ended, layerFromBegin, mailedBy, over, registered } from "../support/Background.ts"
import * as TestDatabase from "../support/Database.ts"
import * as TestJobs from "../support/Jobs.ts"
import { logLines } from "../support/logLines.ts"
import * as Smtp from "../support/SmtpServer.ts"

const began = DateTime.toEpochMillis(TestJobs.began)

describe("a registration", () => {
  it.effect("joins the list at 0.5 s, makes the profile at 1 s and has its mail sent at 2 s, all at once", () =>
    Effect.gen(function*() {
      const { layer, lines } = yield* logLines
      const said = () => lines.map(([at, line]) => [at - began, line])
      yield* Effect.gen(function*() {
        const jobs = yield* Jobs
        const id = yield* askFor("register")
        yield* TestJobs.pass("499 millis")
        expect(said()).toEqual([])
        expect(TestJobs.outcomes(yield* jobs.get(id))).toEqual({
          "e-mail": [null],
          "profile": [null],
          "mailing list": [null]
        })
        yield* TestJobs.pass("1 millis")
        expect(yield* registered).toEqual({ profiles: [], mailingList: [alice] })
        yield* TestJobs.pass("499 millis")
        expect(yield* registered).toEqual({ profiles: [], mailingList: [alice] })
        yield* TestJobs.pass("1 millis")
        expect(yield* registered).toEqual({ profiles: [alice], mailingList: [alice] })
        yield* TestJobs.pass("999 millis")
        expect((yield* jobs.get(id)).state).toBe("running")
        yield* TestJobs.pass("1 millis")
        const done = yield* jobs.get(id)
        expect(done.state).toBe("succeeded")
        expect(TestJobs.outcomes(done)).toEqual({
          "e-mail": ["succeeded"],
          "profile": ["succeeded"],
          "mailing list": ["succeeded"]
        })
      }).pipe(Effect.provide(Layer.provideMerge(layerFromBegin(), layer)))
      expect(said()).toEqual([
        [500, "alice@example.com ajouté à la mailing list"],
        [1000, "Profil créé pour alice@example.com"],
        [2000, "Email async envoyé à alice@example.com: Bienvenue !"],
        [2000, "job succeeded"]
      ])
    }))

  it.effect("whose mail is permanently refused is undone, and its cause is kept", () =>
    Effect.gen(function*() {
      const mail = yield* Smtp.make([{ at: "rcpt", does: { reply: [550, "no such user"] } }])
      yield* Effect.gen(function*() {
        const id = yield* askFor("register")
        yield* TestJobs.pass("1 second")
        expect(yield* registered).toEqual({ profiles: [alice], mailingList: [alice] })
        yield* TestJobs.pass("1 second")
        const dead = yield* ended(id)
        expect(dead.state).toBe("failed")
        expect(dead.error).toMatch(/^e-mail: the mail server refused the mail .*550 no such user/)
        expect(TestJobs.outcomes(dead)).toEqual({
          "e-mail": ["failed"],
          "profile": ["undone"],
          "undo profile": ["undone"],
          "mailing list": ["undone"],
          "undo mailing list": ["undone"]
        })
        expect(yield* registered).toEqual({ profiles: [], mailingList: [] })
      }).pipe(Effect.provide(layerFromBegin(mailedBy(mail))))
    }).pipe(Effect.scoped))

  it.effect("that is cancelled is undone, and its mail is not sent", () =>
    Effect.gen(function*() {
      const { layer, texts } = yield* logLines
      yield* Effect.gen(function*() {
        const jobs = yield* Jobs
        const id = yield* askFor("register")
        yield* TestJobs.pass("1500 millis")
        expect(yield* registered).toEqual({ profiles: [alice], mailingList: [alice] })
        yield* jobs.cancel(id)
        const cancelled = yield* ended(id)
        expect(cancelled).toMatchObject({ state: "cancelled", error: null })
        expect(TestJobs.outcomes(cancelled)).toMatchObject({
          "e-mail": ["interrupted"],
          "profile": ["undone"],
          "mailing list": ["undone"]
        })
        expect(yield* registered).toEqual({ profiles: [], mailingList: [] })
        yield* TestJobs.pass("10 seconds")
        expect(texts().filter((line) => line.startsWith("Email"))).toEqual([])
      }).pipe(Effect.provide(Layer.provideMerge(layerFromBegin(), layer)))
    }))

  it.effect("that is retried sends no second mail if the mail was sent", () =>
    Effect.gen(function*() {
      yield* TestJobs.begin
      const mail = yield* Smtp.make()
      const impatient: Policy = { attemptTimeout: Duration.millis(900) }
      const id = yield* Effect.gen(function*() {
        const id = yield* askFor("register")
        yield* TestJobs.pass("2 seconds")
        const dead = yield* ended(id)
        expect(dead).toMatchObject({
          state: "failed",
          error: "profile: attempts exhausted: timed out after 900 millis"
        })
        expect(TestJobs.outcomes(dead)).toMatchObject({
          "e-mail": ["succeeded"],
          "profile": ["timed out"],
          "mailing list": ["undone"]
        })
        expect(yield* registered).toEqual({ profiles: [], mailingList: [] })
        return id
      }).pipe(Effect.provide(over(mailedBy(mail), { "create-profile": impatient })))
      expect(mail.received).toHaveLength(1)
      yield* Effect.gen(function*() {
        yield* Effect.flatMap(Jobs, (jobs) => jobs.retry(id))
        yield* TestJobs.pass("3 seconds")
        const done = yield* ended(id)
        expect(done).toMatchObject({ state: "succeeded", run: 2 })
        expect(TestJobs.outcomes(done)).toMatchObject({
          "e-mail": ["succeeded"],
          "profile": ["timed out", "succeeded"],
          "mailing list": ["undone", "succeeded"]
        })
        expect(yield* registered).toEqual({ profiles: [alice], mailingList: [alice] })
      }).pipe(Effect.provide(over(mailedBy(mail))))
      expect(mail.received).toHaveLength(1)
    }).pipe(Effect.provide(TestDatabase.layer), Effect.scoped))

  it.effect("of a registered address is a job of its own, and adds no second line", () =>
    Effect.gen(function*() {
      const jobs = yield* Jobs
      const first = yield* askFor("register")
      yield* TestJobs.pass("1 second")
      const second = yield* askFor("register", Email.make("Alice@Example.com"))
      expect(second).not.toBe(first)
      yield* TestJobs.pass("1500 millis")
      expect((yield* jobs.get(first)).state).toBe("succeeded")
      expect(attemptsAt(yield* jobs.get(second), "profile")).toMatchObject([{ outcome: "succeeded" }])
      expect(yield* registered).toEqual({ profiles: [alice], mailingList: [alice] })
      // the second registration is undone, and the first stays
      yield* jobs.cancel(second)
      expect((yield* ended(second)).state).toBe("cancelled")
      expect(yield* registered).toEqual({ profiles: [alice], mailingList: [alice] })
    }).pipe(Effect.provide(layerFromBegin())))

  it.effect("that is undone leaves the line of another registration of the same address", () =>
    Effect.gen(function*() {
      const jobs = yield* Jobs
      const first = yield* askFor("register")
      const other = Email.make("ALICE@example.com")
      const second = yield* askFor("register", other)
      yield* TestJobs.pass("1 second")
      yield* jobs.cancel(first)
      expect((yield* ended(first)).state).toBe("cancelled")
      yield* TestJobs.pass("1 second")
      expect((yield* ended(second)).state).toBe("succeeded")
      expect(yield* registered).toEqual({ profiles: [other], mailingList: [other] })
    }).pipe(Effect.provide(layerFromBegin())))
})
