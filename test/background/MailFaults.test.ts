import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Queue } from "effect"
import { Jobs } from "../../src/platform/jobs/Jobs.ts"
import type { Policy } from "../../src/policy/Policy.ts"
import { alice, askFor, attemptsAt, ended, instantly, layer, mailedBy, registered } from "../support/Background.ts"
import * as TestJobs from "../support/Jobs.ts"
import * as Smtp from "../support/SmtpServer.ts"

/** A policy of three attempts with negligible pauses. */
const policy: Policy = { retry: { attempts: 3, backoff: { kind: "constant", base: Duration.millis(1) } } }

const backgroundWith = (mail: Smtp.Fixture, settings: Parameters<typeof layer>[0] = {}, sendMail = policy) =>
  layer({ ...instantly, ...mailedBy(mail), ...settings }, { "send-mail": sendMail })

const register = askFor("register")

/** The errors of the attempts at the mail; null is a success. */
const errors = (job: Parameters<typeof attemptsAt>[0]) => attemptsAt(job, "e-mail").map(({ error }) => error)

const stages = ["rcpt", "data", "end"] as const

describe("a mail server", () => {
  it.scopedLive("that defers a mail twice gets it at the third attempt", () =>
    Effect.gen(function*() {
      const mail = yield* Smtp.make()
      yield* Effect.gen(function*() {
        for (const at of stages) {
          mail.follow({ at, does: { reply: [451, "try later"] } }, { at, does: { reply: [450, "not yet"] } })
          const done = yield* ended(yield* register)
          expect(done.state).toBe("succeeded")
          expect(TestJobs.outcomes(done)["e-mail"]).toEqual(["failed", "failed", "succeeded"])
          expect(errors(done).map((error) => /: (\d+ .*)$/.exec(error ?? "")?.[1])).toEqual([
            "451 try later",
            "450 not yet",
            undefined
          ])
        }
        expect(mail.received.map(({ to }) => to)).toEqual(stages.map(() => [alice]))
        expect(yield* registered).toEqual({ profiles: [alice], mailingList: [alice] })
      }).pipe(Effect.provide(backgroundWith(mail)))
    }))

  it.scopedLive("that refuses permanently ends the job as a dead letter, whose retry succeeds once the server accepts", () =>
    Effect.gen(function*() {
      const mail = yield* Smtp.make([{ at: "rcpt", does: { reply: [550, "no such user"] } }])
      yield* Effect.gen(function*() {
        const jobs = yield* Jobs
        const id = yield* register
        const dead = yield* ended(id)
        expect(dead.state).toBe("failed")
        expect(TestJobs.outcomes(dead)).toMatchObject({
          "e-mail": ["failed"],
          "profile": ["undone"],
          "mailing list": ["undone"]
        })
        expect(yield* registered).toEqual({ profiles: [], mailingList: [] })
        const letters = yield* jobs.list({ state: "failed", kind: undefined, limit: 10, after: undefined })
        expect(letters).toMatchObject([{ id, kind: "registration", payload: { email: alice }, error: dead.error }])
        expect(dead.error).toContain("550 no such user")

        yield* jobs.retry(id)
        const done = yield* ended(id)
        expect(done).toMatchObject({ state: "succeeded", error: null, run: 2 })
        expect(TestJobs.outcomes(done)["e-mail"]).toEqual(["failed", "succeeded"])
        expect(mail.received.map(({ to }) => to)).toEqual([[alice]])
        expect(yield* registered).toEqual({ profiles: [alice], mailingList: [alice] })
      }).pipe(Effect.provide(backgroundWith(mail)))
    }))

  it.scopedLive("that falls silent is given up after the reply timeout, each time", () =>
    Effect.gen(function*() {
      const mail = yield* Smtp.make(stages.map((at): Smtp.Step => ({ at, does: "hang" })))
      yield* Effect.gen(function*() {
        const dead = yield* ended(yield* register)
        expect(dead.state).toBe("failed")
        expect(dead.error).toMatch(/^e-mail: attempts exhausted: the mail server is not available/)
        expect(TestJobs.outcomes(dead)["e-mail"]).toEqual(["failed", "failed", "failed"])
        expect(yield* registered).toEqual({ profiles: [], mailingList: [] })
        expect(mail.received).toEqual([])
        // the server has no open connection left
        yield* Queue.takeN(mail.closed, 3)
      }).pipe(Effect.provide(backgroundWith(mail, { smtpReplyTimeout: Duration.millis(200) })))
    }))

  it.scopedLive("that falls silent is given up at the attempt's timeout, and its connection closed", () =>
    Effect.gen(function*() {
      const hang: Smtp.Step = { at: "data", does: "hang" }
      const mail = yield* Smtp.make([hang])
      yield* Effect.gen(function*() {
        const done = yield* ended(yield* register)
        expect(done.state).toBe("succeeded")
        expect(TestJobs.outcomes(done)["e-mail"]).toEqual(["timed out", "succeeded"])
        expect(errors(done)).toEqual(["timed out after 300 millis", null])
        yield* Queue.take(mail.closed)
        expect(mail.received).toHaveLength(1)
      }).pipe(Effect.provide(backgroundWith(mail, {}, { ...policy, attemptTimeout: Duration.millis(300) })))
    }))

  it.scopedLive("that closes the connection gets the mail at the next attempt", () =>
    Effect.gen(function*() {
      const places = ["connect", ...stages] as const
      const mail = yield* Smtp.make()
      yield* Effect.gen(function*() {
        for (const at of places) {
          mail.follow({ at, does: "close" })
          const done = yield* ended(yield* register)
          expect([at, done.state, TestJobs.outcomes(done)["e-mail"]]).toEqual([at, "succeeded", [
            "failed",
            "succeeded"
          ]])
        }
        expect(mail.received).toHaveLength(places.length)
      }).pipe(Effect.provide(backgroundWith(mail)))
    }))

  it.scopedLive("that accepts the mail but breaks off before its reply gets it twice, under one Message-Id", () =>
    Effect.gen(function*() {
      const mail = yield* Smtp.make([{ at: "end", does: "take and close" }])
      yield* Effect.gen(function*() {
        const done = yield* ended(yield* register)
        expect(done.state).toBe("succeeded")
        expect(TestJobs.outcomes(done)["e-mail"]).toEqual(["failed", "succeeded"])
        const ids = mail.received.map(({ headers }) => headers.find(([name]) => name === "message-id")?.[1])
        expect(ids).toHaveLength(2)
        expect(ids[0]).toMatch(new RegExp(`^<job-${done.id}\\.welcome-\\d+@localhost>$`))
        expect(ids[1]).toBe(ids[0])
      }).pipe(Effect.provide(backgroundWith(mail)))
    }))

  it.scopedLive("that is unreachable makes a dead letter", () =>
    Effect.gen(function*() {
      const mail = yield* Smtp.make()
      yield* mail.stop
      yield* Effect.gen(function*() {
        const dead = yield* ended(yield* register)
        expect(dead.state).toBe("failed")
        expect(errors(dead)).toEqual([1, 2, 3].map(() => "the mail server is not available (ECONNREFUSED)"))
      }).pipe(Effect.provide(backgroundWith(mail)))
    }))
})
