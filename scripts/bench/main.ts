// `npm run bench` measures our server beside its peers, row after row, in turns; a wrong option prints the right ones.
// Everything is on 127.0.0.1 and stops by itself, in ten minutes at the latest. The exit code is 1 if a row could not
// be measured, and 0 even if a target is missed.
import { FileSystem, Path } from "@effect/platform"
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Array, Console, Effect, Schema } from "effect"
import { machineText, methodText } from "./report/format.ts"
import { merge, type Results, ResultsJson } from "./report/Results.ts"
import { block, head, markdown } from "./report/table.ts"
import { all } from "./rows/all.ts"
import { Bench } from "./suite/Bench.ts"
import { type Options, optionsOf } from "./suite/options.ts"
import { measure } from "./suite/suite.ts"

/** Writes a file and creates its folder. */
const write = Effect.fnUntraced(function*(file: string, text: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  yield* fs.makeDirectory(path.dirname(file), { recursive: true })
  yield* fs.writeFileString(file, text)
  yield* Console.log(`written: ${file}`)
})

const save = Effect.fnUntraced(function*(results: Results, options: Options) {
  yield* write(options.json, `${yield* Schema.encode(ResultsJson)(results)}\n`)
  if (options.markdown !== undefined) yield* write(options.markdown, `${markdown(results)}\n`)
})

/** Reads and merges results of earlier runs. */
const earlier = Effect.fnUntraced(function*(files: Array.NonEmptyReadonlyArray<string>) {
  const fs = yield* FileSystem.FileSystem
  const [first, ...others] = yield* Effect.forEach(
    files,
    (file) => Effect.flatMap(fs.readFileString(file), Schema.decode(ResultsJson)),
    { concurrency: 1 }
  )
  return merge(first, others)
})

const show = (results: Results) => Console.log([head, ...results.figures.map(block)].join("\n\n"))

const bench = Effect.gen(function*() {
  const options = yield* optionsOf(process.argv.slice(2), all)
  if (options.list) return yield* Console.log(all.map(({ name, title }) => `${name.padEnd(16)}${title}`).join("\n"))
  const results = Array.isNonEmptyReadonlyArray(options.from)
    ? yield* Effect.tap(earlier(options.from), show)
    : yield* Effect.provide(measure(options.rows), Bench.layer(options))
  yield* Console.log(`\n${machineText(results.machine)}\n${methodText(results)}`)
  yield* save(results, options)
  if (results.broken.length > 0) process.exitCode = 1
})

NodeRuntime.runMain(
  bench.pipe(
    Effect.catchTag("WrongCommand", "WrkMissing", ({ message }) =>
      Effect.sync(() => {
        process.stderr.write(`${message}\n`)
        process.exitCode = 1
      })),
    Effect.scoped,
    Effect.provide(NodeContext.layer)
  )
)
