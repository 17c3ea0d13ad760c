// `npm run soak:recording` records every request of a server for up to a minute, and then as many short runs in this
// process as a week brings at the default sampling. The memory must not grow once the oldest recordings make room.
// SOAK_REQUESTS (default 200000), SOAK_SECONDS (default 60) and SOAK_RECORDINGS (default a week's) set the numbers.
// Everything is on 127.0.0.1 and stops by itself; the exit code is 1 if a check fails. Linux only, with wrk (`apt-get
// install wrk`).
import { FileSystem } from "@effect/platform"
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Clock, Config, Console, Effect } from "effect"
import * as Wrk from "../bench/load/wrk.ts"
import { print, without } from "../harness/checks.ts"
import { barista, start } from "../harness/serverProcess.ts"
import { growth, lapText } from "./memoryLaps.ts"
import { readMemory, watchHeap } from "./recordedMemory.ts"
import { weekOfRecordings } from "./recordedWeek.ts"
import { makeWarnings } from "./warnings.ts"

const connections = 16

/** One answer without a fiber, and one with several and a query. */
const requests = ["/policies", "/users/1/complete-profile"].map((path) => ({ method: "GET" as const, path }))

const lapSeconds = 2

/** Few recordings fit, so that they are replaced many times, and all else that grows shows. */
const memory = 4 * 1_048_576

/** MiB by which the low of the server's heap may differ between two times: what it caches, and garbage. */
const serverBound = 8

const served = Effect.gen(function*() {
  const most = yield* Config.withDefault(Config.integer("SOAK_REQUESTS"), 200_000)
  const longest = 1_000 * (yield* Config.withDefault(Config.integer("SOAK_SECONDS"), 60))
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "barista-soak-" })
  const { heed, warnings } = makeWarnings()
  const everything = { TIMELINE_BUDGET: "0", TIMELINE_SAMPLE: "100", TIMELINE_MEMORY: String(memory) }
  const { pid, port } = yield* start(barista(folder, { SAMPLE_DATA: "handbook", ...everything }), heed)
  const began = yield* Clock.currentTimeMillis
  const lows: Array<number> = []
  let answered = 0
  let failed = 0
  while (answered < most && (yield* Clock.currentTimeMillis) < began + longest) {
    const [low, { failed: refused, rate }] = yield* Effect.all([
      watchHeap(port, lapSeconds * 1000),
      Wrk.run({ port, connections, seconds: lapSeconds, requests })
    ], { concurrency: 2 })
    answered += Math.round(rate * lapSeconds)
    failed += refused
    lows.push(low)
    yield* Console.log(lapText(answered, low, yield* readMemory(pid, port)))
  }
  const { kept, recorded, removed } = yield* readMemory(pid, port)
  const turns = removed / kept
  yield* print([
    { name: "every request is answered", measured: `${answered}, ${failed} failed`, met: failed === 0 },
    { name: "and recorded", measured: String(recorded), met: recorded >= answered },
    {
      name: "the recordings in memory are replaced several times",
      measured: `${turns.toFixed(1)} times`,
      met: turns > 3
    },
    growth("the low of the server's heap, over the last half", lows, serverBound),
    without("the server logs no warning and no error", warnings)
  ])
})

const soak = Effect.gen(function*() {
  yield* Wrk.checkInstalled
  yield* Effect.scoped(served)
  yield* Console.log("")
  yield* weekOfRecordings
})

NodeRuntime.runMain(Effect.provide(Effect.scoped(soak), NodeContext.layer))
