// `npm run bench:recording -- [CHECKOUT]` measures the cost of recording timelines in the running server, in processor
// time a request: without recording, with the default sampling, with every request recorded, and of another checkout.
// Build that one before (`node scripts/build.mjs main` in it). The servers take turns, as a machine's speed varies.
// `--rounds` and `--seconds` set the repetitions. Linux only, with wrk (`apt-get install wrk`).
import { Command, FileSystem } from "@effect/platform"
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Console, Effect } from "effect"
import { resolve } from "node:path"
import { parseArgs } from "node:util"
import { watchProcessors } from "../harness/processorTime.ts"
import { barista, memoryOf, start } from "../harness/serverProcess.ts"
import type { Load } from "./load/Load.ts"
import * as Wrk from "./load/wrk.ts"
import { median } from "./report/statistics.ts"

const connections = 16

const paths = ["/health/live", "/policies", "/users/1/complete-profile"]

/** Settings under which no request is recorded unless its caller asks. */
const unrecorded = { TIMELINE_BUDGET: "0", TIMELINE_SAMPLE: "0" }

const settings: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "off": unrecorded,
  "default sampling": {},
  "all recorded": { TIMELINE_BUDGET: "0", TIMELINE_SAMPLE: "100" }
}

/** Starts a checkout's server; `costs` puts loads on it and returns microseconds of processor time a request. */
const contender = Effect.fnUntraced(function*(
  name: string,
  checkout: string,
  environment: Readonly<Record<string, string>>
) {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "barista-recording-" })
  const program = Command.make("node", resolve(checkout, "dist/main.js"))
  const { pid, port } = yield* start(barista(folder, { SAMPLE_DATA: "handbook", ...environment }, program))
  const cost = Effect.fnUntraced(function*(load: Load) {
    const { spent } = yield* watchProcessors(pid)
    const { failed, rate } = yield* Wrk.run(load)
    if (failed > 0) yield* Console.log(`${name}: ${failed} requests failed`)
    return (yield* spent) * 1e6 / (rate * load.seconds)
  })
  const costs = (seconds: number) =>
    Effect.forEach(paths, (path) => cost({ port, connections, seconds, requests: [{ method: "GET", path }] }), {
      concurrency: 1
    })
  return { name, costs, memory: memoryOf(pid), samples: new Array<ReadonlyArray<number>>() }
})

const bench = Effect.gen(function*() {
  const { positionals: [other], values } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: "string", default: "5" }, seconds: { type: "string", default: "2" } }
  })
  yield* Wrk.checkInstalled
  const seconds = Number(values.seconds)
  const contenders = yield* Effect.all([
    ...(other === undefined ? [] : [contender("other checkout", other, {})]),
    ...Object.entries(settings).map(([name, environment]) => contender(name, ".", environment))
  ], { concurrency: 1 })
  for (const { costs } of contenders) yield* costs(seconds)
  for (let round = 0; round < Number(values.rounds); round++) {
    const turn = contenders.map((_, index) => contenders[(index + round) % contenders.length])
    for (const one of turn) if (one !== undefined) one.samples.push(yield* one.costs(seconds))
  }
  for (const { memory, name, samples } of contenders) {
    const columns = paths.map((path, index) => {
      const own = samples.map((sample) => sample[index] ?? Number.NaN)
      const least = Math.min(...own).toFixed(1)
      return `${path} ${median(own).toFixed(1)}, least ${least} (${own.map((one) => one.toFixed(1)).join(" ")})`
    })
    const { peak } = yield* memory
    yield* Console.log([name, ...columns, `peak ${peak.toFixed(0)} MiB`].join("\n    "))
  }
  yield* Console.log(
    "microseconds of processor time a request: the median, and the least, which other programs disturb least"
  )
})

NodeRuntime.runMain(Effect.provide(Effect.scoped(bench), NodeContext.layer))
