import type { CommandExecutor, FileSystem, Path } from "@effect/platform"
import type { Effect, Scope } from "effect"
import type { Target } from "../report/Results.ts"
import type { Bench } from "./Bench.ts"

/** A figure that is measured of each contender. */
export interface Figure {
  readonly name: string
  readonly unit: string
  /** The direction of better values. */
  readonly better: "higher" | "lower"
  /** The targets of our contender, `barista`. */
  readonly targets: ReadonlyArray<Target>
}

/** One measurement of one contender. */
export interface Sample {
  /** Values by the figure's name. */
  readonly values: Readonly<Record<string, number>>
  /** Answers other than expected, which count in no value. */
  readonly failed: number
  /** The share of a core that the server took meanwhile. Well below one, the server was not the limit. */
  readonly cores?: number
}

/** The services that a measurement may use. */
export type Needs = Bench | CommandExecutor.CommandExecutor | FileSystem.FileSystem | Path.Path

/** Measures once; round 0 is the warm-up, whose result is dropped. */
export type Measure = (round: number) => Effect.Effect<Sample, Error, Needs>

export interface Contender {
  readonly name: string
  /** Starts the contender for as long as the scope is open. */
  readonly start: Effect.Effect<Measure, Error, Needs | Scope.Scope>
}

/** A comparison of contenders, measured in turns, round after round. */
export interface Row {
  readonly name: string
  /** The work that the contenders do. */
  readonly title: string
  readonly figures: ReadonlyArray<Figure>
  readonly contenders: ReadonlyArray<Contender>
}
