import { expect, it } from "@effect/vitest"
import { Context, Deferred, Effect, Fiber, Layer, Option, Stream, TestClock } from "effect"
import { type Limits, Recorder } from "../../../src/platform/recorder/Recorder.ts"
import { recordingBytes } from "../../../src/platform/recorder/RecordingStore.ts"
import { violations } from "../../../src/timeline/conservation.ts"
import type { Timeline } from "../../../src/timeline/Timeline.ts"
import { logLines } from "../../support/logLines.ts"
import { turn } from "../../support/turn.ts"

const limits: Limits = { memory: 1 << 20, sampling: { perSecond: 1e9, share: 1 }, unsampled: [] }

const make = (memory = limits.memory) =>
  Effect.map(Layer.build(Recorder.layer({ ...limits, memory })), Context.get(Recorder))

const run = <A, E>(recorder: Recorder["Type"], name: string, effect: Effect.Effect<A, E>) =>
  Effect.exit(recorder.job(name, "/jobs/1")(effect))

it.scoped("recordings are listed newest first, by what is asked for, a page at a time", () =>
  Effect.gen(function*() {
    const recorder = yield* make()
    yield* run(recorder, "a", Effect.void)
    yield* run(recorder, "b", Effect.fail("no"))
    yield* run(recorder, "c", Effect.void)
    const names = (filter: Parameters<typeof recorder.list>[0]) => recorder.list(filter).map(({ name }) => name)
    expect(names({})).toEqual(["c", "b", "a"])
    expect(names({ outcome: "failure" })).toEqual(["b"])
    expect(names({ kind: "request" })).toEqual([])
    const [first] = recorder.list({ limit: 1 })
    expect(names({ limit: 1, after: first?.number ?? 0 })).toEqual(["b"])
  }))

it.scoped("the oldest make room, those that failed last; the memory stays within its bound", () =>
  Effect.gen(function*() {
    const memory = 100 * recordingBytes
    const recorder = yield* make(memory)
    yield* run(recorder, "failed", Effect.fail("no"))
    for (let n = 0; n < 1_000; n++) yield* run(recorder, `${n}`, Effect.yieldNow())
    const names = recorder.list({}).map(({ name }) => name)
    expect(names[0]).toBe("999")
    expect(names.at(-1)).toBe("failed")
    const { bytes, kept, lostEvents, pushedOut } = recorder.figures()
    expect([kept + pushedOut, lostEvents]).toEqual([1_001, 0])
    // a page is allocated whole
    expect(bytes).toBeLessThan(memory + 200_000)
    for (const { id } of recorder.list({})) expect(violations(yield* recorder.get(id))).toEqual([])
    for (let n = 0; n < 1_000; n++) yield* run(recorder, `${n}`, Effect.fail("no"))
    yield* run(recorder, "succeeded", Effect.void)
    expect(recorder.figures().bytes).toBe(bytes)
    expect(recorder.list({ outcome: "success" }).map(({ name }) => name)).toContain("succeeded")
  }))

it.scopedLive("a run that lasts keeps its newest events, its fibers and what is open", () =>
  Effect.gen(function*() {
    const recorder = yield* make(32 << 20)
    const turns = (count: number) => Effect.repeatN(Effect.yieldNow(), count - 1)
    const gate = yield* Deferred.make<void>()
    const waits = Effect.withSpan(Deferred.await(gate), "waits")
    const lasting = Effect.zipRight(
      Effect.fork(waits),
      Effect.zipRight(turns(20_000), Deferred.succeed(gate, undefined))
    )
    yield* run(recorder, "lasting", lasting)
    const [summary] = recorder.list({})
    const timeline = yield* recorder.get(summary?.id ?? "")
    expect(timeline.lost).toMatchObject({ fibers: 0, events: true })
    expect(timeline.fibers.map(({ name }) => name)).toEqual(["lasting", "waits"])
    expect(timeline.slices.length).toBeGreaterThan(5_000)
    expect(violations(timeline)).toEqual([])
    expect(recorder.figures().lostEvents).toBeGreaterThan(40_000)
  }))

it.scoped("runs that do not end never fill more than the memory", () =>
  Effect.gen(function*() {
    const recorder = yield* make(50 * recordingBytes)
    const endless = yield* Effect.forEach(
      Array.from({ length: 100 }),
      () => Effect.fork(recorder.job("x", "/jobs/1")(Effect.never))
    )
    yield* Effect.yieldNow()
    const { kept, recorded } = recorder.figures()
    expect(kept).toBeLessThan(50)
    expect(recorded.job).toBe(kept)
    yield* Fiber.interruptAll(endless)
    expect(recorder.list({ outcome: "interrupted" })).toHaveLength(kept)
  }))

it.scoped("changes tell each beginning and end, and a watched timeline ends with the whole", () =>
  Effect.gen(function*() {
    const recorder = yield* make()
    const told = yield* Effect.fork(Stream.runCollect(Stream.take(recorder.changes, 2)))
    yield* turn
    const gate = yield* Deferred.make<void>()
    const experiment = yield* Effect.flatten(recorder.experiment("lesson"))
    const fiber = yield* Effect.fork(experiment.run(Deferred.await(gate)))
    yield* turn
    const whole = yield* Effect.fork(Stream.runLast(yield* recorder.watch(experiment.id)))
    yield* turn
    yield* Deferred.succeed(gate, undefined)
    yield* Fiber.join(fiber)
    expect([...yield* Fiber.join(told)].map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ["experiment", "running"],
      ["experiment", "success"]
    ])
    expect(Option.getOrThrow(yield* Fiber.join(whole))).toMatchObject({ id: experiment.id, outcome: "success" })
  }))

it.scoped("a recording that contradicts itself is logged with its law and counted, if recordings are checked", () =>
  Effect.gen(function*() {
    const { layer, texts } = yield* logLines
    const clock = yield* TestClock.testClock()
    for (const isChecked of [false, true]) {
      const recorder = yield* Layer.build(Layer.provide(Recorder.layer({ ...limits, isChecked }), layer)).pipe(
        Effect.map(Context.get(Recorder))
      )
      yield* TestClock.setTime(1_000)
      yield* run(recorder, "sound", Effect.yieldNow())
      // a clock that goes back
      yield* run(recorder, "broken", Effect.withSpan(clock.setTime(0), "back"))
      yield* turn
      yield* turn
      expect(recorder.figures().broken.spans ?? 0).toBe(isChecked ? 2 : 0)
    }
    expect(texts()).toContain("a timeline breaks the law of spans: span back: it ends before it begins")
  }))

it.scoped("a fiber of an experiment can be found and interrupted while it lives", () =>
  Effect.gen(function*() {
    const recorder = yield* make()
    const experiment = yield* Effect.flatten(recorder.experiment("lesson"))
    const fiber = yield* Effect.fork(
      experiment.run(Effect.all([Effect.never, Effect.never], { concurrency: "unbounded" }))
    )
    yield* Effect.yieldNow({ priority: 10 })
    const { fibers } = yield* recorder.get(experiment.id)
    const last = fibers.at(-1)?.id ?? -1
    yield* Fiber.interrupt(yield* experiment.fiber(last))
    yield* Fiber.await(fiber)
    const timeline = yield* recorder.get(experiment.id)
    expect(timeline.fibers.find(({ id }) => id === last)?.outcome).toBe("interrupted")
    expect(Option.isNone(experiment.fiber(last))).toBe(true)
    expect(Option.isNone(experiment.fiber(-5))).toBe(true)
  }))

it.scoped("watchers of a run share its timelines, and get them one after the other", () =>
  Effect.gen(function*() {
    const recorder = yield* make()
    const experiment = yield* Effect.flatten(recorder.experiment("lesson"))
    const run = yield* Effect.fork(experiment.run(Effect.never))
    yield* TestClock.adjust(0)
    const seen: readonly [Array<Timeline>, Array<Timeline>] = [[], []]
    for (const one of seen) {
      yield* Effect.fork(
        Stream.runForEach(yield* recorder.watch(experiment.id), (timeline) => Effect.sync(() => one.push(timeline)))
      )
    }
    const counts = Effect.sync(() => seen.map(({ length }) => length))
    yield* TestClock.adjust("249 millis")
    expect(yield* counts).toEqual([1, 1])
    yield* TestClock.adjust("1 millis")
    expect(yield* counts).toEqual([2, 1])
    yield* TestClock.adjust("200 millis")
    expect(yield* counts).toEqual([2, 2])
    yield* Fiber.interrupt(run)
    yield* TestClock.adjust(0)
    expect(yield* counts).toEqual([3, 3])
    seen[0].forEach((timeline, place) => expect(timeline).toBe(seen[1][place]))
    expect(seen[0].map(({ outcome }) => outcome)).toEqual(["running", "running", "interrupted"])
  }))
