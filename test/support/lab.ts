import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { Context, Effect, Layer, Logger } from "effect"
import { AppConfig, type Values } from "../../src/AppConfig.ts"
import type { Asked, Experiment } from "../../src/lab/Api.ts"
import { Lab } from "../../src/lab/Lab.ts"
import * as JobEngine from "../../src/platform/jobs/engine/JobEngine.ts"
import { Recorder } from "../../src/platform/recorder/Recorder.ts"
import * as TestDatabase from "./Database.ts"
import { turn } from "./turn.ts"

/** The folder of a Lab's data. */
export class LabFolder extends Context.Tag("barista/test/LabFolder")<LabFolder, string>() {}

/** The database and the engine that a server has beside the Lab. */
const server = JobEngine.layer.pipe(Layer.provideMerge(TestDatabase.layer))

/** The Lab of a server, with its data in a temporary folder, and room for all experiments of a test. */
export const layer = (settings: Partial<Values> = {}) =>
  Layer.unwrapScoped(
    Effect.map(
      Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped({ prefix: "barista-" })),
      (dataDir) =>
        Lab.layer.pipe(
          Layer.provide(server),
          Layer.provide(AppConfig.layerWith({ labExperiments: 64, ...settings, dataDir })),
          Layer.merge(Layer.succeed(LabFolder, dataDir)),
          Layer.provideMerge(Recorder.layer({ memory: 1 << 24, sampling: { perSecond: 0, share: 0 }, unsampled: [] }))
        )
    )
  ).pipe(
    Layer.provide(Logger.remove(Logger.defaultLogger)),
    Layer.provideMerge(NodeContext.layer)
  )

/** Waits until an experiment is in a state. */
export const reaches = (
  id: string,
  isReached: (experiment: Experiment) => boolean
): Effect.Effect<Experiment, never, Lab> =>
  Effect.flatMap(Lab, ({ get }) =>
    Effect.iterate<Experiment | undefined, never, never>(undefined, {
      while: (experiment) => experiment === undefined || !isReached(experiment),
      body: () => Effect.zipLeft(Effect.orDie(get(id)), turn)
    })).pipe(Effect.flatMap(Effect.fromNullable), Effect.orDie)

/** Runs an experiment to its end. */
export const ended = (asked: Asked) =>
  Effect.flatMap(Lab, ({ start }) => Effect.orDie(start(asked))).pipe(
    Effect.flatMap((id) => reaches(id, ({ state }) => state === "ended"))
  )
