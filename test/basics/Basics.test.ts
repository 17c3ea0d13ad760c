import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Layer, Option, TestClock } from "effect"
import { AppConfig } from "../../src/AppConfig.ts"
import { Basics } from "../../src/basics/Basics.ts"
import { Locale } from "../../src/domain/Text.ts"
import { BlockingLoop } from "../../src/platform/workers/blocking/BlockingLoop.ts"
import { runVirtual } from "../../src/simulation/VirtualClock.ts"
import { endsAt } from "../support/endsAt.ts"
import { logLines } from "../support/logLines.ts"
import { modelledLoop } from "../support/modelledLoop.ts"

const inVirtualTime = Basics.layer.pipe(Layer.provide(modelledLoop), Layer.provide(AppConfig.layerWith({})))

const english = Effect.provideService(Locale, "en")

describe("Basics in virtual time", () => {
  it.effect("async-slow answers after 3 s and logs as it goes", () =>
    Effect.gen(function*() {
      const { asyncSlow } = yield* Basics
      const { layer, texts } = yield* logLines
      const fiber = yield* Effect.fork(Effect.provide(asyncSlow, layer))
      yield* TestClock.adjust("2999 millis")
      expect(Option.isNone(yield* Fiber.poll(fiber))).toBe(true)
      expect(texts()).toEqual(["Début traitement async..."])
      yield* TestClock.adjust("1 millis")
      expect(yield* Fiber.poll(fiber)).toEqual(Option.some(Exit.succeed({ message: "Traitement async terminé" })))
      expect(texts()).toEqual(["Début traitement async...", "Fin traitement async"])
    }).pipe(Effect.provide(inVirtualTime)))

  it.effect("10,000 async-slow at once all answer at 3 s", () =>
    Effect.gen(function*() {
      const { asyncSlow } = yield* Basics
      const { layer, lines } = yield* logLines
      const crowd = Effect.replicateEffect(asyncSlow, 10_000, { concurrency: "unbounded", discard: true })
      const { elapsed, exit } = yield* runVirtual(Effect.provide(crowd, layer), { seed: 1 })
      expect(exit).toEqual(Exit.void)
      expect(Duration.toMillis(elapsed)).toBe(3000)
      const ended = lines.filter(([, line]) => line === "Fin traitement async")
      expect(ended).toHaveLength(10_000)
      expect(ended.every(([at]) => at === 3000)).toBe(true)
    }).pipe(Effect.provide(inVirtualTime)), 60_000)

  it.effect("async-multiple takes the time of one task", () =>
    Effect.gen(function*() {
      const { asyncMultiple } = yield* Basics
      expect(yield* endsAt(asyncMultiple, "1 second")).toEqual({
        results: ["Tâche 1 terminée", "Tâche 2 terminée", "Tâche 3 terminée"],
        duration: "1 seconde"
      })
    }).pipe(Effect.provide(inVirtualTime)))

  it.effect("sync-slow takes 3 s and sync-multiple the time of three tasks", () =>
    Effect.gen(function*() {
      const { syncMultiple, syncSlow } = yield* Basics
      expect(yield* endsAt(syncSlow, "3 seconds")).toEqual({
        message: "Traitement sync terminé",
        eventLoop: { blockedFor: 3, missedHeartbeats: 0 }
      })
      expect(yield* endsAt(syncMultiple, "3 seconds")).toEqual({
        results: ["Tâche 1 terminée", "Tâche 2 terminée", "Tâche 3 terminée"],
        duration: "3 secondes",
        eventLoop: { blockedFor: 3, missedHeartbeats: 0 }
      })
    }).pipe(Effect.provide(inVirtualTime)))

  it.effect("sync-slow logs its beginning when it starts, so three at once begin three seconds apart", () =>
    Effect.gen(function*() {
      const { syncSlow } = yield* Basics
      const { layer, lines } = yield* logLines
      const three = Effect.replicateEffect(syncSlow, 3, { concurrency: 3, discard: true })
      yield* endsAt(Effect.provide(three, layer), "9 seconds")
      const begun = lines.filter(([, line]) => line === "Début traitement sync...")
      expect(begun.map(([at]) => at)).toEqual([0, 3000, 6000])
    }).pipe(Effect.provide(inVirtualTime)))

  it.effect("answers in English when asked to", () =>
    Effect.gen(function*() {
      const { asyncMultiple, asyncSlow, syncMultiple, syncSlow } = yield* Basics
      expect(yield* endsAt(english(asyncSlow), "3 seconds")).toEqual({ message: "Async processing done" })
      expect(yield* endsAt(english(syncSlow), "3 seconds")).toMatchObject({ message: "Sync processing done" })
      const results = ["Task 1 done", "Task 2 done", "Task 3 done"]
      expect(yield* endsAt(english(asyncMultiple), "1 second")).toEqual({ results, duration: "1 second" })
      expect(yield* endsAt(english(syncMultiple), "3 seconds")).toMatchObject({ results, duration: "3 seconds" })
    }).pipe(Effect.provide(inVirtualTime)))

  it.effect("the opening programs take 4 s and 2 s", () =>
    Effect.gen(function*() {
      const { runAsync, runSync } = yield* Basics
      const sync = yield* logLines
      yield* endsAt(Effect.provide(runSync, sync.layer), "4 seconds")
      expect(sync.lines).toEqual([
        [0, "=== SYNCHRONE ==="],
        [0, "Début tâche sync"],
        [2000, "Fin tâche sync"],
        [2000, "Début tâche sync"],
        [4000, "Fin tâche sync"],
        [4000, "Total: 4 secondes pour Résultat sync et Résultat sync"]
      ])
      const async = yield* logLines
      yield* endsAt(Effect.provide(runAsync, async.layer), "2 seconds")
      expect(async.lines).toEqual([
        [4000, "=== ASYNCHRONE ==="],
        [4000, "Début tâche async"],
        [4000, "Début tâche async"],
        [6000, "Fin tâche async"],
        [6000, "Fin tâche async"],
        [6000, "Total: 2 secondes pour Résultat async et Résultat async"]
      ])
    }).pipe(Effect.provide(inVirtualTime)))
})

describe("Basics on the real sacrificial loop", () => {
  const fifty = Duration.millis(50)

  const onThread = (overrides: Parameters<typeof AppConfig.layerWith>[0] = {}) => {
    const settings = { slowDuration: fifty, taskDuration: fifty, openingTaskDuration: fifty, ...overrides }
    return Basics.layer.pipe(Layer.provideMerge(BlockingLoop.layer), Layer.provide(AppConfig.layerWith(settings)))
  }

  it.live("sync-slow and sync-multiple report their damage to the loop", () =>
    Effect.gen(function*() {
      const { syncMultiple, syncSlow } = yield* Basics
      const { layer, texts } = yield* logLines
      const slow = yield* Effect.provide(syncSlow, layer)
      expect(texts()).toEqual(["Début traitement sync...", "Fin traitement sync"])
      expect(slow.message).toBe("Traitement sync terminé")
      const multiple = yield* syncMultiple
      expect(multiple.results).toEqual(["Tâche 1 terminée", "Tâche 2 terminée", "Tâche 3 terminée"])
      expect(multiple.duration).toBe("0,15 seconde")
      // heartbeats are due every 10 ms: 50 ms lose at least three and 150 ms at least thirteen
      expect(slow.eventLoop.missedHeartbeats).toBeGreaterThanOrEqual(3)
      expect(multiple.eventLoop.missedHeartbeats).toBeGreaterThanOrEqual(13)
      expect(slow.eventLoop.blockedFor).toBeGreaterThan(0.049)
      expect(multiple.eventLoop.blockedFor).toBeGreaterThan(0.149)
    }).pipe(Effect.provide(onThread())))

  it.live("async-multiple runs while sync-slow blocks, and calls beyond the loop's room are refused", () =>
    Effect.gen(function*() {
      const { asyncMultiple, syncSlow } = yield* Basics
      const loop = yield* BlockingLoop
      const { layer } = yield* logLines
      const quietSlow = Effect.provide(syncSlow, layer)
      const blocking = yield* Effect.fork(quietSlow)
      yield* Effect.yieldNow()
      expect(yield* loop.stats).toEqual({ running: 1, waiting: 0 })
      expect(yield* Effect.flip(quietSlow)).toMatchObject({
        _tag: "Overloaded",
        what: { name: "sacrificial event loop" },
        retry_after: 1
      })
      yield* asyncMultiple
      // the loop is blocked for a minute
      expect(Option.isNone(yield* Fiber.poll(blocking))).toBe(true)
      yield* Fiber.interrupt(blocking)
    }).pipe(Effect.provide(onThread({ blockingQueue: 1, slowDuration: Duration.minutes(1) }))))

  it.live("run_sync does one task after the other", () =>
    Effect.gen(function*() {
      const { runSync } = yield* Basics
      const { layer, texts } = yield* logLines
      yield* Effect.provide(runSync, layer)
      expect(texts()).toEqual([
        "=== SYNCHRONE ===",
        "Début tâche sync",
        "Fin tâche sync",
        "Début tâche sync",
        "Fin tâche sync",
        "Total: 0,1 seconde pour Résultat sync et Résultat sync"
      ])
    }).pipe(Effect.provide(onThread())))
})
