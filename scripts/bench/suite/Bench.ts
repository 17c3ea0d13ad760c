import type { CommandExecutor, FileSystem } from "@effect/platform"
import { Context, Effect, Layer } from "effect"
import type { Answers, Load } from "../load/Load.ts"
import * as wrk from "../load/wrk.ts"
import { makeFilled } from "./filledDatabase.ts"

/** The settings and tools of a run. */
export class Bench extends Context.Tag("barista/bench/Bench")<Bench, {
  readonly rounds: number
  /** Seconds of each measurement by `load`. */
  readonly seconds: number
  readonly load: (
    /** Applies a load, for other seconds during the warm-up. */
    load: Omit<Load, "seconds"> & { readonly seconds?: number }
  ) => Effect.Effect<Answers, Error, CommandExecutor.CommandExecutor | FileSystem.FileSystem>
  /** The folder of a filled database, made once and then copied. */
  readonly filled: Effect.Effect<string>
}>() {
  static readonly layer = ({ rounds, seconds }: { readonly rounds: number; readonly seconds: number }) =>
    Layer.scoped(
      Bench,
      Effect.gen(function*() {
        yield* wrk.checkInstalled
        const filled = yield* makeFilled
        return Bench.of({
          rounds,
          seconds,
          load: (load) => wrk.run({ seconds, ...load }),
          filled
        })
      })
    )
}
