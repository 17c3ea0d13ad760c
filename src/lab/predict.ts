import { Effect, Logger, LogLevel, Option, type Scope } from "effect"
import { AppConfig } from "../AppConfig.ts"
import { runVirtual } from "../simulation/VirtualClock.ts"
import { blockEvents, EventLog, EventMemory } from "../timeline/EventLog.ts"
import { outcomeOf } from "../timeline/FiberHooks.ts"
import { FiberRecorder } from "../timeline/FiberRecorder.ts"
import { Recording } from "../timeline/Recording.ts"
import type { Timeline } from "../timeline/Timeline.ts"
import type { Asked } from "./Api.ts"
import { withDefaults } from "./Knobs.ts"
import type { Base, LabChapter } from "./LabChapter.ts"
import { Meters } from "./Meters.ts"
import { modelled } from "./parts/Parts.ts"

/** Blocks of events of a prediction: several times those of 20 callers with 20 attempts, the most of any chapter. */
const blocks = 1_024

/** The luck of all predictions. Knobs alone tell them apart, so a prediction moves with a knob and never by itself. */
const seed = 1

/** All predictions have the same id: they are kept nowhere, so none can be asked for by its id. */
const id = "0".repeat(32)

/** Begins a recording by the clock and on the scheduler of the virtual run. Its spans reach no collector. */
const recorderOf = (name: string) =>
  Effect.withFiberRuntime<FiberRecorder>((fiber) =>
    Effect.map(Effect.clock, (clock) => {
      const log = new EventLog(new EventMemory(blocks), blocks * blockEvents)
      const recording = new Recording({ id, name, clock: "virtual" }, log, clock)
      return new FiberRecorder(recording, { clock, scheduler: fiber.currentScheduler, collector: undefined })
    })
  )

/** Builds a chapter on modelled parts, and records its program until its end, or until experiments end. */
const recorded = (
  chapter: LabChapter,
  { knobs: given, way }: Asked
): Effect.Effect<Timeline, never, Base | Scope.Scope> =>
  Effect.gen(function*() {
    const config = yield* AppConfig
    const knobs = withDefaults(chapter.knobs, given)
    const { program } = yield* Effect.provideService(
      chapter.prepare(way, knobs, modelled),
      AppConfig,
      { ...config, ...chapter.settings(knobs) }
    )
    const name = `${chapter.name}, ${way}`
    const recorder = yield* recorderOf(name)
    const exit = yield* Effect.timeoutOption(recorder.run(Effect.withSpan(program, name)), config.labTimeout)
    recorder.recording.end(Option.match(exit, { onNone: () => "interrupted", onSome: outcomeOf }))
    return recorder.timeline()
  })

/**
 * Runs a way of a predictable chapter in virtual time, by the chapter's own program and services, and records it. Takes
 * milliseconds, however long the experiment takes. Logs nothing: an experiment does that.
 */
export const predict = (chapter: LabChapter, asked: Asked): Effect.Effect<Timeline, never, Exclude<Base, Meters>> =>
  runVirtual(Effect.scoped(recorded(chapter, asked)), { seed }).pipe(
    Effect.flatMap(({ exit }) => exit),
    Effect.orDie,
    Logger.withMinimumLogLevel(LogLevel.None),
    Effect.provideService(Meters, {
      isMeasuring: false,
      upstream: undefined,
      commits: undefined,
      blockedMilliseconds: undefined
    })
  )
