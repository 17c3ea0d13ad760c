import { Effect } from "effect"
import { cpus, release, totalmem, type } from "node:os"
import type { Machine } from "../report/Results.ts"

/** The machine on which this process runs. */
export const machine: Effect.Effect<Machine> = Effect.sync(() => ({
  processor: cpus()[0]?.model.trim() ?? "unknown",
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  kernel: `${type()} ${release()}`
}))
