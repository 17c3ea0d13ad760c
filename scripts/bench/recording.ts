// `npm run bench:recording -- [CHECKOUT]` measures the cost of recording timelines in the running server, in processor
// time a request: without recording, with the default sampling, with every request recorded, and of another checkout.
// Build that one before (`node scripts/build.mjs main` in it). The servers take turns within seconds, as a machine's
// speed varies. Processes of one program differ by what their compiler chose, so several of each kind are measured.
// Few requests are recorded by default, so their code is compiled only after some ten thousand requests: each server is
// warmed for `--warm` seconds before. At last it says how much longer a request takes that is recorded among many that
// are not, which no total shows: the turns differ by more. `--processes`, `--rounds` and `--seconds` set the
// repetitions, `--path` takes one path instead of all. Linux only, with wrk (`apt-get install wrk`).
import { Command, FileSystem } from "@effect/platform"
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Console, Effect } from "effect"
import { resolve } from "node:path"
import { parseArgs } from "node:util"
import { watchProcessors } from "../harness/processorTime.ts"
import { barista, start } from "../harness/serverProcess.ts"
import * as Wrk from "./load/wrk.ts"
import { rareRecordings } from "./recording/rareRecordings.ts"
import { median } from "./report/statistics.ts"

const connections = 16

const allPaths = ["/health/live", "/policies", "/users/1/complete-profile"]

/** Settings under which no request is recorded unless its caller asks. */
const unrecorded = { TIMELINE_BUDGET: "0", TIMELINE_SAMPLE: "0" }

/** Requests one by one, of which as few are recorded as of a busy server's by default. */
const rare = { count: 30_000, each: 77 }

const settings: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "off": unrecorded,
  "default sampling": {},
  "all recorded": { TIMELINE_BUDGET: "0", TIMELINE_SAMPLE: "100" }
}

interface Kind {
  readonly name: string
  readonly checkout: string
  readonly environment: Readonly<Record<string, string>>
}

/** Starts a checkout's server; `cost` puts a load on one path and returns microseconds of processor time a request. */
const contender = Effect.fnUntraced(function*({ checkout, environment, name }: Kind) {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "barista-recording-" })
  const program = Command.make("node", resolve(checkout, "dist/main.js"))
  const { pid, port } = yield* start(barista(folder, { SAMPLE_DATA: "handbook", ...environment }, program))
  const cost = Effect.fnUntraced(function*(path: string, seconds: number) {
    const { spent } = yield* watchProcessors(pid)
    const { failed, rate } = yield* Wrk.run({ port, connections, seconds, requests: [{ method: "GET", path }] })
    if (failed > 0) yield* Console.log(`${name}: ${failed} requests failed`)
    return (yield* spent) * 1e6 / (rate * seconds)
  })
  return { name, port, cost }
})

interface Repetitions {
  /** Seconds for which each server is loaded before. */
  readonly warm: number
  readonly rounds: number
  /** Seconds of a turn. */
  readonly seconds: number
}

/** Starts a server of each kind, warms them, and loads them in turns, path by path. */
const inTurns = Effect.fnUntraced(function*(
  kinds: ReadonlyArray<Kind>,
  paths: ReadonlyArray<string>,
  { rounds, seconds, warm }: Repetitions
) {
  const contenders = yield* Effect.forEach(kinds, contender, { concurrency: 1 })
  const all = paths.flatMap((path) =>
    contenders.map(({ cost, name }) => ({ name, path, cost, samples: Array<number>() }))
  )
  for (const path of paths) {
    const own = all.filter((one) => one.path === path)
    for (const { cost } of own) yield* cost(path, warm)
    for (let round = 0; round < rounds; round++) {
      const turn = [...own.slice(round % own.length), ...own.slice(0, round % own.length)]
      for (const { cost, samples } of turn) samples.push(yield* cost(path, seconds))
    }
  }
  return all
})

const bench = Effect.gen(function*() {
  const { positionals: [other], values } = parseArgs({
    allowPositionals: true,
    options: {
      warm: { type: "string", default: "15" },
      rounds: { type: "string", default: "3" },
      seconds: { type: "string", default: "5" },
      processes: { type: "string", default: "3" },
      path: { type: "string", multiple: true, default: allPaths }
    }
  })
  yield* Wrk.checkInstalled
  const paths = values.path
  const processes = Number(values.processes)
  const repetitions = { warm: Number(values.warm), rounds: Number(values.rounds), seconds: Number(values.seconds) }
  const kinds = [
    ...(other === undefined ? [] : [{ name: "other checkout", checkout: other, environment: {} }]),
    ...Object.entries(settings).map(([name, environment]) => ({ name, checkout: ".", environment }))
  ]
  const medians = new Map(kinds.map(({ name }) => [name, new Map(paths.map((path) => [path, new Array<number>()]))]))
  for (let process = 1; process <= processes; process++) {
    const measured = yield* Effect.scoped(inTurns(kinds, paths, repetitions))
    for (const { name, path, samples } of measured) medians.get(name)?.get(path)?.push(median(samples))
    yield* Console.log(`${process} of ${processes} processes of each kind measured`)
  }
  for (const path of paths) {
    yield* Console.log(`\n${path}`)
    const unrecorded = median(medians.get("off")?.get(path) ?? [])
    for (const { name } of kinds) {
      const own = medians.get(name)?.get(path) ?? []
      const relation = (median(own) / unrecorded).toFixed(3)
      const each = own.map((one) => one.toFixed(1)).join(" ")
      yield* Console.log(`  ${name}: ${median(own).toFixed(1)}, ${relation} of off (${each})`)
    }
  }
  yield* Console.log(
    "\nmicroseconds of processor time a request: the median of the processes, and the median of each process's turns"
  )
  yield* Console.log(
    `\nmicroseconds longer that a recorded request takes where one of ${rare.each} is recorded, one by one`
  )
  const { port } = yield* contender({ name: "off", checkout: ".", environment: unrecorded })
  for (const path of paths) yield* Console.log(`  ${path}: ${(yield* rareRecordings(port, path, rare)).toFixed(0)}`)
})

NodeRuntime.runMain(Effect.provide(Effect.scoped(bench), NodeContext.layer))
