import { expect, it } from "@effect/vitest"
import { Duration, Effect, Layer, Option } from "effect"
import { AttemptsRepo } from "../../../../src/platform/jobs/record/AttemptsRepo.ts"
import { JobsRepo } from "../../../../src/platform/jobs/record/JobsRepo.ts"
import * as TestDatabase from "../../../support/Database.ts"

const layer = Layer.merge(JobsRepo.layer, AttemptsRepo.layer).pipe(Layer.provide(TestDatabase.layer))

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
