import { expect, it } from "@effect/vitest"
import { Duration, Effect, Layer, Option, TestClock } from "effect"
import { AttemptsRepo } from "../../../../src/platform/jobs/record/AttemptsRepo.ts"
import { JobsRepo } from "../../../../src/platform/jobs/record/JobsRepo.ts"
import { Database } from "../../../../src/platform/sql/Database.ts"
import * as TestDatabase from "../../../support/Database.ts"
import { dialect } from "../../../support/dialect.ts"

const layer = Layer.merge(JobsRepo.layer, AttemptsRepo.layer).pipe(Layer.provideMerge(TestDatabase.layer))

it.effect("an attempt left open by a crash counts as lost once the next begins; none begins after a success", () =>
  Effect.gen(function*() {
    const attempts = yield* AttemptsRepo
    const { id } = yield* (yield* JobsRepo).add("registration", {}, Duration.zero)
    const begin = attempts.begin({ id, run: 1, claim: 0 }, "profile")
    const other = yield* attempts.begin({ id, run: 1, claim: 0 }, "e-mail")
    const lost = yield* begin
    const last = yield* begin
    expect([other, lost, last].map(Option.map(({ attempt }) => attempt))).toEqual([1, 1, 2].map(Option.some))
    yield* Effect.flatMap(last, (key) => attempts.end(key, "succeeded", undefined))
    expect(yield* begin).toEqual(Option.none())
    const kept = yield* attempts.list(id)
    expect(kept.map(({ activity, attempt, outcome }) => `${activity} ${attempt} ${outcome}`).toSorted()).toEqual([
      "e-mail 1 null",
      "profile 1 lost",
      "profile 2 succeeded"
    ])
  }).pipe(Effect.provide(layer)))

// On PostgreSQL a takeover reads the tables of the engine, which `nodes/Servers.postgres.test.ts` runs.
it.effect.runIf(dialect === "sqlite")(
  "a run of several activities counts at its last server until the last of them ends",
  () =>
    Effect.gen(function*() {
      const attempts = yield* AttemptsRepo
      const { writer: sql } = yield* Database
      const jobs = yield* JobsRepo
      /** Begins a mail and then a profile, which ends first; returns what a takeover by another server records. */
      const takeover = (mailEnds: boolean) =>
        Effect.gen(function*() {
          const { id } = yield* jobs.add("registration", {}, Duration.zero)
          const begin = (activity: string) =>
            Effect.zipLeft(
              Effect.map(attempts.begin({ id, run: 1, claim: 0 }, activity), Option.getOrThrow),
              TestClock.adjust("1 second")
            )
          const mail = yield* begin("e-mail")
          const profile = yield* begin("profile")
          yield* attempts.end(profile, "succeeded", undefined)
          yield* TestClock.adjust("5 seconds")
          if (mailEnds) yield* attempts.end(mail, "interrupted", undefined)
          yield* sql`UPDATE job_attempts SET server = 'another/1/x' WHERE job_id = ${id}`
          expect(yield* attempts.takeOver({ id, run: 1 })).toBe(true)
          const [row] = yield* sql`
          SELECT reason, left_at - (SELECT MIN(started_at) FROM job_attempts WHERE job_id = ${id}) AS ran
          FROM job_takeovers WHERE job_id = ${id}`
          return row
        })
      expect(yield* takeover(true)).toEqual({ reason: "stopped", ran: 7000 })
      expect(yield* takeover(false)).toMatchObject({ reason: "silent" })
    }).pipe(Effect.provide(layer))
)
