import { FileSystem, Path } from "@effect/platform"
import { Context, Deferred, Effect, Exit, Fiber, FiberSet, Layer, Option, Scope } from "effect"
import { AppConfig, type Values } from "../AppConfig.ts"
import { type InvalidInput, Overloaded } from "../domain/Problem.ts"
import { term } from "../domain/Term.ts"
import { Locale } from "../domain/Text.ts"
import * as LoopDelay from "../platform/observability/LoopDelay.ts"
import { type Experiment as RecordedExperiment, Recorder } from "../platform/recorder/Recorder.ts"
import type { Timeline } from "../timeline/Timeline.ts"
import {
  type Asked,
  type Experiment,
  ExperimentNotFound,
  type FiberEnded,
  type FiberNotFound,
  NotPredictable
} from "./Api.ts"
import { chapterOf } from "./Catalogue.ts"
import { check, withDefaults } from "./Knobs.ts"
import type { LabChapter } from "./LabChapter.ts"
import { Meters } from "./Meters.ts"
import { real } from "./parts/Parts.ts"
import * as Places from "./Places.ts"
import { predict } from "./predict.ts"
import { RunningExperiment } from "./RunningExperiment.ts"

/** Experiments whose figures are kept; the oldest ones go first. */
const mostKept = 256

/** Settings of every experiment, which keep it apart from the server's data and from the world. */
const isolated = { databaseUrl: Option.none(), smtpUrl: Option.none() } satisfies Partial<Values>

/** The folder of all experiments, emptied of what a killed server has left there. */
const folder = Effect.gen(function*() {
  const { dataDir } = yield* AppConfig
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const lab = path.join(dataDir, "lab")
  yield* fs.remove(lab, { recursive: true, force: true })
  yield* fs.makeDirectory(lab, { recursive: true })
  return lab
})

/**
 * The runtime of experiments, without the server's other services. A library that looks a service up at run time would
 * find the server's: the workflow engine would send the jobs of an experiment to the server's own runner.
 */
const runtime = Effect.mapInputContext(
  FiberSet.makeRuntime<AppConfig | FileSystem.FileSystem | Path.Path>(),
  (context: Context.Context<AppConfig | FileSystem.FileSystem | Path.Path | Scope.Scope>) =>
    Context.pick(AppConfig, FileSystem.FileSystem, Path.Path, Recorder, Scope.Scope)(context)
)

const full = new Overloaded({ what: term("enregistrements", "recordings"), retry_after: 5 })

/** Prepares an experiment in a folder of its own; the scope removes all that it has made. */
const prepare = Effect.fnUntraced(function*(chapter: LabChapter, { knobs: given, way }: Asked, directory: string) {
  const config = yield* AppConfig
  const fs = yield* FileSystem.FileSystem
  const recorder = yield* Recorder
  const knobs = withDefaults(chapter.knobs, given)
  const dataDir = yield* Effect.orDie(fs.makeTempDirectoryScoped({ directory, prefix: `${chapter.name}-` }))
  const meters = Meters.of({
    isMeasuring: false,
    upstream: undefined,
    commits: undefined,
    blockedMilliseconds: undefined
  })
  let begun: RecordedExperiment | undefined
  const prepared = yield* chapter.prepare(way, knobs, real).pipe(
    Effect.provideService(AppConfig, { ...config, ...isolated, ...chapter.settings(knobs), dataDir }),
    Effect.provideService(Meters, meters),
    // the jobs of an experiment are part of its recording
    Effect.provideService(Recorder, {
      ...recorder,
      job: () => (effect) => Effect.suspend(() => begun === undefined ? effect : begun.within(effect))
    })
  )
  const loopDelay = yield* LoopDelay.measure
  const recorded = yield* Effect.flatten(recorder.experiment(`${chapter.name}, ${way}`)).pipe(
    Effect.mapError(() => full)
  )
  begun = recorded
  const timeline = Effect.sync(() => recorder.get(recorded.id))
  return new RunningExperiment({ chapter, way, knobs, prepared, meters, loopDelay, recorded, timeline })
})

/** Runs the handbook's lessons as experiments: by the product's own services, recorded and measured. */
export class Lab extends Context.Tag("barista/lab/Lab")<Lab, {
  /** Prepares and starts an experiment; returns its id once it runs. */
  readonly start: (asked: Asked) => Effect.Effect<string, InvalidInput | Overloaded>
  /** Runs an experiment in virtual time, where its work depends on the clock alone; returns its recording. */
  readonly predict: (asked: Asked) => Effect.Effect<Timeline, InvalidInput | NotPredictable | Overloaded>
  readonly get: (id: string) => Effect.Effect<Experiment, ExperimentNotFound>
  /** Asks an experiment to end. */
  readonly stop: (id: string) => Effect.Effect<Experiment, ExperimentNotFound>
  /** Asks one fiber of an experiment to end. */
  readonly interrupt: (
    id: string,
    fiber: number
  ) => Effect.Effect<void, ExperimentNotFound | FiberNotFound | FiberEnded>
}>() {
  /** Experiments end with the scope. */
  static readonly layer = Layer.scoped(
    Lab,
    Effect.gen(function*() {
      const { labExperiments, labTimeout } = yield* AppConfig
      const fork = yield* runtime
      const places = Places.make(labExperiments, Places.experiments)
      const virtualPlaces = Places.make(labExperiments, Places.predictions)
      const emptied = yield* Effect.cached(Effect.orDie(folder))
      // beside the start, which does not wait for it
      yield* emptied.pipe(
        Effect.catchAllDefect((defect) => Effect.logWarning("cannot empty the folder of experiments", defect)),
        Effect.forkScoped
      )
      const kept = new Map<string, RunningExperiment>()

      const keep = (experiment: RunningExperiment) => {
        kept.set(experiment.id, experiment)
        for (const [id, { isRunning }] of kept) {
          if (kept.size <= mostKept) return
          if (!isRunning) kept.delete(id)
        }
      }

      const find = (id: string) =>
        Effect.suspend(() => {
          const experiment = kept.get(id)
          return experiment === undefined ? new ExperimentNotFound({ id }) : Effect.succeed(experiment)
        })

      const read = (id: string) =>
        Effect.flatMap(find(id), ({ experiment }) =>
          Effect.flatMap(
            experiment,
            Option.match({
              onNone: () => {
                kept.delete(id)
                return new ExperimentNotFound({ id })
              },
              onSome: Effect.succeed
            })
          ))

      /** Runs an experiment to its end, and tells when it has started. */
      const perform = (chapter: LabChapter, asked: Asked, started: Deferred.Deferred<string, Overloaded>) =>
        Effect.gen(function*() {
          const experiment = yield* prepare(chapter, asked, yield* emptied)
          keep(experiment)
          yield* Deferred.succeed(started, experiment.id)
          yield* Effect.timeoutOption(experiment.run, labTimeout).pipe(
            Effect.tapDefect((cause) => Effect.logError("an experiment failed unexpectedly", cause)),
            Effect.annotateLogs({ experiment: experiment.id })
          )
        }).pipe(
          Effect.scoped,
          places.within,
          Effect.onError((cause) => Deferred.done(started, Exit.failCause(cause)))
        )

      const start = Effect.fn("Lab.start")(function*(asked: Asked) {
        const chapter = chapterOf(asked.chapter)
        yield* check(chapter.knobs, asked.knobs)
        const language = yield* Locale
        const started = yield* Deferred.make<string, Overloaded>()
        const performed = Effect.provideService(perform(chapter, asked, started), Locale, language)
        return yield* Effect.uninterruptibleMask((restore) =>
          Effect.flatMap(places.take, () => {
            // in the Lab's own runtime, as an experiment outlives the request and is no part of its recording
            const fiber = fork(performed)
            return Effect.onInterrupt(restore(Deferred.await(started)), () => Fiber.interrupt(fiber))
          })
        )
      })

      const predicted = Effect.fn("Lab.predict")(function*(asked: Asked) {
        const chapter = chapterOf(asked.chapter)
        if (!chapter.isPredictable) return yield* new NotPredictable({ chapter: chapter.name })
        yield* check(chapter.knobs, asked.knobs)
        const run = Effect.provideService(predict(chapter, asked), Locale, yield* Locale)
        // in the Lab's own runtime, as the virtual run is no part of the request's recording
        return yield* Effect.uninterruptibleMask((restore) =>
          Effect.flatMap(virtualPlaces.take, () => {
            const fiber = fork(virtualPlaces.within(run))
            return Effect.onInterrupt(restore(Fiber.join(fiber)), () => Fiber.interrupt(fiber))
          })
        )
      })

      return {
        start,
        predict: predicted,
        get: read,
        stop: (id) => Effect.zipRight(Effect.flatMap(find(id), ({ stop }) => stop), read(id)),
        interrupt: (id, fiber) => Effect.flatMap(find(id), (experiment) => experiment.interrupt(fiber))
      }
    })
  )
}
