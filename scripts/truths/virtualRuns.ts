import { Clock, Effect } from "effect"
import { Policies } from "../../src/policy/Policies.ts"
import { runVirtual } from "../../src/simulation/VirtualClock.ts"
import { lengthOf, recorded, toMillis, type Truth } from "./Truth.ts"

/** Measures an effect by the clock, whatever its end. */
const timed = <A, E, R>(note: (millis: number) => void, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(
    Clock.currentTimeMillis,
    (from) => Effect.onExit(effect, () => Effect.map(Clock.currentTimeMillis, (to) => note(to - from)))
  )

/** Measures a program in virtual time, and records it. */
const run = <E>(name: string, program: (notes: Array<number>) => Effect.Effect<unknown, E, Policies>) =>
  runVirtual(
    Effect.suspend(() => {
      const notes: Array<number> = []
      return Effect.map(recorded(name, "virtual", program(notes)), ({ timeline }) => ({ notes, timeline }))
    }).pipe(Effect.provide(Policies.layerWith({})), Effect.orDie),
    { seed: 1 }
  ).pipe(Effect.flatMap(({ exit }) => exit), Effect.orDie)

const sum = (notes: ReadonlyArray<number>): number => notes.reduce((total, note) => total + note, 0)

const tasks = (concurrency: number) =>
  Effect.gen(function*() {
    const name = concurrency === 1 ? "sequential" : "parallel"
    const { notes, timeline } = yield* run(name, (notes) => {
      const note = (millis: number) => void notes.push(millis)
      return timed(note, Effect.forEach([1000, 2000, 3000], (millis) => Effect.sleep(millis), { concurrency }))
    })
    const truth = { run: name, relation: "equal" as const }
    const slept = lengthOf(timeline, ({ reason }) => reason?.kind === "sleep")
    return [
      { ...truth, figure: "whole run", timeline: toMillis(timeline.duration_ns), independent: sum(notes) },
      { ...truth, figure: "sleeps of all fibers", timeline: slept, independent: 6000 }
    ]
  })

const safeCalls = Effect.gen(function*() {
  const { notes, timeline } = yield* run(
    "safe calls",
    (notes) =>
      Effect.flatMap(Policies, (policies) =>
        Effect.forEach([1000, 9000], (millis) => {
          const call = timed((took) => void notes.push(took), Effect.sleep(millis))
          return Effect.exit(policies.of("safe-call").apply(call))
        }, { concurrency: 2 }))
  )
  const truth = { run: "safe calls with timeout", relation: "equal" as const }
  const interruption = timeline.interruptions.find(({ why }) => why === "timeout")
  return [
    {
      ...truth,
      figure: "timeout asked, of the slow call",
      timeline: toMillis(interruption?.asked ?? Number.NaN),
      independent: Math.max(...notes)
    },
    {
      ...truth,
      figure: "sleeps of both calls",
      timeline: lengthOf(timeline, ({ reason }) => reason?.kind === "sleep"),
      independent: sum(notes)
    }
  ]
})

const retry = Effect.gen(function*() {
  const { notes, timeline } = yield* run("retry", (notes) => {
    const attempt = Effect.flatMap(Clock.currentTimeMillis, (now) => {
      notes.push(now)
      return Effect.fail({ _tag: "Down" as const, transient: true })
    })
    return Effect.exit(Effect.flatMap(Policies, (policies) => policies.of("unreliable").apply(attempt)))
  })
  const truth = { run: "retry", relation: "equal" as const }
  const begun = timeline.events.filter(({ kind }) => kind === "attempt").map(({ at }) => toMillis(at))
  return [
    { ...truth, figure: "attempts (number)", timeline: begun.length, independent: notes.length },
    {
      ...truth,
      figure: "pauses",
      timeline: lengthOf(timeline, ({ reason }) => reason?.kind === "pause"),
      independent: (notes.at(-1) ?? 0) - (notes[0] ?? 0)
    }
  ]
})

const semaphore = Effect.gen(function*() {
  const { notes, timeline } = yield* run("semaphore", (notes) =>
    Effect.flatMap(Policies, (policies) =>
      Effect.forEach(
        Array.from({ length: 10 }),
        () =>
          Effect.flatMap(Clock.currentTimeMillis, (asked) => {
            const body = Effect.flatMap(Clock.currentTimeMillis, (begun) => {
              notes.push(begun - asked)
              return Effect.sleep(1000)
            })
            return policies.of("batch").apply(body)
          }),
        { concurrency: "unbounded" }
      )))
  return [{
    run: "semaphore",
    figure: "waits for permits, of 10 items",
    timeline: lengthOf(timeline, ({ reason }) => reason?.kind === "permit"),
    independent: sum(notes),
    relation: "equal" as const
  }]
})

/** The runs that need no outside world: both figures are exact. */
export const virtualRuns: Effect.Effect<ReadonlyArray<Truth>> = Effect.map(
  Effect.all([tasks(1), tasks(3), safeCalls, retry, semaphore], { concurrency: 1 }),
  (found) => found.flat()
)
