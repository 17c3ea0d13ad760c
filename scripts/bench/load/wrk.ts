import { Command, FileSystem } from "@effect/platform"
import { Data, Effect, Schema } from "effect"
import type { Answers, Load } from "./Load.ts"

/** wrk ended with an error, or with unknown output. */
export class WrkFailed extends Data.TaggedError("WrkFailed")<{ readonly message: string }> {}

/** The load generator is missing; the message says how to install it. */
export class WrkMissing extends Data.TaggedError("WrkMissing")<{ readonly message: string }> {}

/** Fails unless wrk can be started. */
export const checkInstalled = Effect.mapError(
  Command.exitCode(Command.make("wrk", "--version")),
  () => new WrkMissing({ message: "the benchmark needs wrk (github.com/wg/wrk): apt-get install wrk" })
)

/** The output of `wrk.lua`. */
const Counts = Schema.parseJson(Schema.Struct({
  answers: Schema.Int,
  microseconds: Schema.Int,
  refused: Schema.Int,
  broken: Schema.Int,
  p50: Schema.Number,
  p99: Schema.Number
}))

const script = "scripts/bench/load/wrk.lua"

/**
 * Puts a load on servers by wrk (github.com/wg/wrk), one thread of C for each, so that a node server, not the client,
 * is the limit. Seconds are whole.
 */
export const run = Effect.fnUntraced(function*({ connections, others = [], port, requests, seconds }: Load) {
  const fs = yield* FileSystem.FileSystem
  const file = yield* fs.makeTempFileScoped({ prefix: "barista-bench-" })
  yield* fs.writeFileString(
    file,
    requests.map(({ body = "", method, path }) => `${method}\t${path}\t${body}\n`).join("")
  )
  const ports = [port, ...others]
  const command = Command.make(
    "wrk",
    `--threads=${ports.length}`,
    `--connections=${connections}`,
    `--duration=${seconds}s`,
    "--timeout=30s",
    `--script=${script}`,
    `http://127.0.0.1:${port}`,
    "--",
    file
  )
  const printed = yield* Command.string(Command.env(command, { PORTS: ports.join(" ") }))
  const { answers, broken, microseconds, p50, p99, refused } = yield* Schema.decode(Counts)(
    printed.trimEnd().split("\n").at(-1) ?? ""
  ).pipe(Effect.mapError(() => new WrkFailed({ message: `wrk printed: ${printed}` })))
  return { rate: (answers - refused) / microseconds * 1e6, failed: refused + broken, p50, p99 } satisfies Answers
}, Effect.scoped)
