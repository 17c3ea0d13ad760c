import type { CommandExecutor, FileSystem } from "@effect/platform"
import { Context, Effect, Layer } from "effect"
import * as autocannon from "../load/autocannon.ts"
import type { Answers, Load } from "../load/Load.ts"
import * as wrk from "../load/wrk.ts"
import { makeFilled } from "./filledDatabase.ts"

/** Said where wrk is missing. */
const withoutWrk =
  "autocannon, as wrk is not installed (apt-get install wrk): a node process itself, it is the limit of the fastest and hides differences"

/** How a run measures. */
export class Bench extends Context.Tag("barista/bench/Bench")<Bench, {
  readonly rounds: number
  /** Of each measurement by `load`. */
  readonly seconds: number
  /** What puts the load on. */
  readonly generator: string
  readonly load: (
    /** Of other than so many seconds: the warm-up. */
    load: Omit<Load, "seconds"> & { readonly seconds?: number }
  ) => Effect.Effect<Answers, Error, CommandExecutor.CommandExecutor | FileSystem.FileSystem>
  /** The folder of a filled database, made once and to be copied. */
  readonly filled: Effect.Effect<string>
}>() {
  static readonly layer = ({ rounds, seconds }: { readonly rounds: number; readonly seconds: number }) =>
    Layer.scoped(
      Bench,
      Effect.gen(function*() {
        const hasWrk = yield* wrk.isInstalled
        const filled = yield* makeFilled
        return Bench.of({
          rounds,
          seconds,
          generator: hasWrk ? "wrk" : withoutWrk,
          load: (load) => (hasWrk ? wrk.run({ seconds, ...load }) : autocannon.run({ seconds, ...load })),
          filled
        })
      })
    )
}
