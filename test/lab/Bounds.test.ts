import { FileSystem } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { text } from "../../src/domain/Text.ts"
import { Lab } from "../../src/lab/Lab.ts"
import * as TestLab from "../support/lab.ts"

const slow = { chapter: "blocking", way: "right", knobs: { tasks: 1, latency: 1_000 } } as const

const quick = { chapter: "parallel", way: "right", knobs: { tasks: 1, latency: 10 } } as const

describe("an experiment", () => {
  it.live("is refused while others take all places", () =>
    Effect.gen(function*() {
      const { start, stop } = yield* Lab
      const ids = yield* Effect.all([start(slow), start(slow)], { concurrency: 2 })
      expect(yield* Effect.flip(start(quick))).toMatchObject({
        _tag: "Overloaded",
        what: { name: "experiments" },
        retry_after: 1
      })
      yield* Effect.forEach(ids, stop, { concurrency: 1 })
      // a place stays taken for a second, which bounds the rate
      expect(yield* Effect.flip(start(quick))).toMatchObject({ _tag: "Overloaded" })
    }).pipe(Effect.provide(TestLab.layer({ labExperiments: 2 }))))

  it.live("is interrupted when its time is over", () =>
    Effect.gen(function*() {
      const { outcome } = yield* TestLab.ended(slow)
      expect(outcome).toBe("interrupted")
    }).pipe(Effect.provide(TestLab.layer({ labTimeout: Duration.millis(50) }))))

  it.live("leaves nothing in its folder", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const folder = `${yield* TestLab.LabFolder}/lab`
      yield* TestLab.ended({ chapter: "transfer", way: "right", knobs: { tasks: 1, latency: 10, disk: 0 } })
      yield* Effect.repeat(fs.readDirectory(folder), { until: (files) => files.length === 0 })
    }).pipe(Effect.provide(TestLab.layer())))

  it.live("names each knob that its chapter cannot take", () =>
    Effect.gen(function*() {
      const { start } = yield* Lab
      const knobs = { tasks: 21, latency: 9, disk: 1 }
      const { errors } = yield* Effect.flip(start({ chapter: "parallel", way: "wrong", knobs })).pipe(
        Effect.filterOrFail((error) => error._tag === "InvalidInput")
      )
      expect(errors.map(({ loc, msg }) => [loc.join("."), msg])).toEqual([
        ["body.knobs.tasks", text("doit être un entier de 1 à 20", "must be a whole number from 1 to 20")],
        ["body.knobs.latency", text("doit être un entier de 10 à 1000", "must be a whole number from 10 to 1000")],
        ["body.knobs.disk", text("n'est pas un réglage de cette expérience", "is no knob of this chapter")]
      ])
    }).pipe(Effect.provide(TestLab.layer())))
})
