import type { CommandExecutor, FileSystem, Path } from "@effect/platform"
import type { Effect, Scope } from "effect"
import type { Target } from "../report/Results.ts"
import type { Bench } from "./Bench.ts"

/** What is measured of each contender. */
export interface Figure {
  readonly name: string
  readonly unit: string
  /** Which of two values is the better one. */
  readonly better: "higher" | "lower"
  /** What it must be of ours, `barista`. */
  readonly targets: ReadonlyArray<Target>
}

/** One measurement of one contender. */
export interface Sample {
  /** By the figure's name. */
  readonly values: Readonly<Record<string, number>>
  /** What was not answered as it should be; it counts in no value. */
  readonly failed: number
  /** How much of a core its server took meanwhile: well below one, it was not the limit. */
  readonly cores?: number
}

/** What measuring may use. */
export type Needs = Bench | CommandExecutor.CommandExecutor | FileSystem.FileSystem | Path.Path

/** Measures once; round 0 is the warm-up, which is thrown away. */
export type Measure = (round: number) => Effect.Effect<Sample, Error, Needs>

export interface Contender {
  readonly name: string
  /** Starts it, for as long as the scope is open. */
  readonly start: Effect.Effect<Measure, Error, Needs | Scope.Scope>
}

/** What is compared, one contender after the other, again and again. */
export interface Row {
  readonly name: string
  /** What is asked of them. */
  readonly title: string
  readonly figures: ReadonlyArray<Figure>
  readonly contenders: ReadonlyArray<Contender>
}
