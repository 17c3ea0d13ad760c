import { Config, Console, Effect, Exit, Option } from "effect"
import { AppConfig } from "../../src/AppConfig.ts"
import { Recorder } from "../../src/platform/recorder/Recorder.ts"
import { print } from "../harness/checks.ts"
import { growth, lapText } from "./memoryLaps.ts"

const secondsOfWeek = 604_800

const laps = 12

const mebibyte = 1_048_576

/** MiB by which the heap may grow after collections: code that is compiled meanwhile. */
const bound = 1

/** Runs between two turns of the event loop. */
const inARow = 10_000

/** Records runs of a moment, which have three events, one after the other, as many as a week brings. */
const week = Effect.gen(function*() {
  const { timelineBudget } = yield* AppConfig
  const most = yield* Config.withDefault(Config.integer("SOAK_RECORDINGS"), timelineBudget * secondsOfWeek)
  const recorder = yield* Recorder
  const heaps: Array<number> = []
  const asked = { name: "soak", route: "/soak", caller: Option.none(), arrived: 0 }
  const began = performance.now()
  let runs = 0
  for (let lap = 1; lap <= laps; lap++) {
    while (runs < (most * lap) / laps) {
      for (let run = 0; run < inARow; run++) {
        const recorded = recorder.request(asked)
        recorded?.settle(Exit.void)
        recorded?.end()
      }
      runs += inARow
      yield* Effect.async<void>((resume) => void setImmediate(() => resume(Effect.void)))
    }
    globalThis.gc?.()
    const { heapUsed, rss } = process.memoryUsage()
    const { bytes, kept, pushedOut, recorded } = recorder.figures()
    const memory = { kept, removed: pushedOut, recorded: recorded.request }
    heaps.push(heapUsed / mebibyte)
    yield* Console.log(
      lapText(runs, heapUsed / mebibyte, { ...memory, timelines: bytes / mebibyte, resident: rss / mebibyte })
    )
  }
  const { kept, pushedOut, recorded } = recorder.figures()
  yield* Console.log(`${((performance.now() - began) * 1000 / runs).toFixed(1)} microseconds a run`)
  yield* print([
    { name: "every run is recorded", measured: String(recorded.request), met: recorded.request === runs },
    {
      name: "the recordings in memory are replaced",
      measured: `${(pushedOut / kept).toFixed(0)} times`,
      met: pushedOut > kept
    },
    growth("the heap after collections, over the last half", heaps, bound)
  ])
})

export const weekOfRecordings = Effect.flatMap(AppConfig, ({ timelineMemory }) =>
  Effect.provide(
    week,
    Recorder.layer({ memory: timelineMemory, sampling: { perSecond: 0, share: 1 }, unsampled: [] })
  )).pipe(Effect.provide(AppConfig.layerWith({})))
