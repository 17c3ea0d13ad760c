import type { FileSystem, Path } from "@effect/platform"
import { Context, Data, Effect, Layer, type Scope } from "effect"
import type { AppConfig, Values } from "../AppConfig.ts"
import type { Text } from "../domain/Text.ts"
import type { ChapterName, Way } from "./Api.ts"
import type { Knobs, KnobValues } from "./Knobs.ts"
import type { Meters } from "./Meters.ts"
import type { Parts } from "./parts/Parts.ts"
import { Tally } from "./Tally.ts"

/** Services that a chapter's layer may use. `AppConfig` holds the server's settings with those of the experiment. */
export type Base = AppConfig | FileSystem.FileSystem | Path.Path | Meters

/** A way failed as a whole; `failure` is the tag of its error. */
export class WayFailed extends Data.TaggedError("WayFailed")<{ readonly failure: string }> {}

/** A way that is ready to run: its program, and the count of its tasks. */
export interface Prepared {
  readonly program: Effect.Effect<void, WayFailed>
  readonly tally: Tally
}

interface Description {
  readonly name: ChapterName
  readonly title: Text
  /** The lesson, in a sentence or two. */
  readonly about: Text
  /** The file of the product that runs, from the root of the repository. */
  readonly source: string
  /** The heading of the handbook that teaches it. */
  readonly section: string
  readonly ways: Readonly<Record<Way, Text>>
  readonly knobs: Knobs
  /** True if its work depends on the clock alone, which a prediction models: calls, sleeps, retries, timeouts. */
  readonly isPredictable: boolean
}

/** A lesson of the handbook with a wrong and a right way, run by the product's own services. */
export interface LabChapter extends Description {
  /** The settings of the server that the experiment replaces. */
  readonly settings: (values: KnobValues) => Partial<Values>
  /** Builds the services on real or modelled parts, outside the measured time, until the scope closes. */
  readonly prepare: (way: Way, values: KnobValues, parts: Parts) => Effect.Effect<Prepared, never, Base | Scope.Scope>
}

interface Failure {
  readonly _tag: string
}

/** Makes a chapter from its services and the programs of its ways. A failure to build the services is a defect. */
export const make = <Services, LayerError, WarmUpError, E extends Failure>(
  { programs, services, settings = () => ({}), warmUp, ...description }: Description & {
    readonly settings?: LabChapter["settings"]
    readonly services: (parts: Parts, values: KnobValues, way: Way) => Layer.Layer<Services, LayerError, Base>
    /** Runs once before the measurement, as threads start and modules load at their first use. */
    readonly warmUp?: Effect.Effect<unknown, WarmUpError, Services>
    readonly programs: Readonly<Record<Way, (values: KnobValues, tally: Tally) => Effect.Effect<void, E, Services>>>
  }
): LabChapter => ({
  ...description,
  settings,
  prepare: (way, values, parts) =>
    Effect.gen(function*() {
      const context = yield* Effect.orDie(Layer.build(services(parts, values, way)))
      const provided = Effect.mapInputContext((outer: Context.Context<never>) => Context.merge(outer, context))
      if (warmUp !== undefined && parts.needWarmUp) yield* Effect.orDie(provided(warmUp))
      const tally = new Tally(values.tasks)
      const program = Effect.mapError(
        provided(programs[way](values, tally)),
        ({ _tag }) => new WayFailed({ failure: _tag })
      )
      return { program, tally }
    })
})
