// `npm run bench:sleepers`: the bound on 10,000 connections that ask for GET /async-slow at once, of a server that has just started and of one that
// is warm: the last answer within 4 s, under 400 MiB. The stricter row `sleepers` of `npm run bench`, beside node:http, is made by the same clients.
// Linux only, as memory is read from /proc.
import { FileSystem } from "@effect/platform"
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Console, Effect } from "effect"
import { verify } from "../harness/bounds.ts"
import { watchProcessors } from "../harness/processorTime.ts"
import { barista, memoryOf, start } from "../harness/serverProcess.ts"
import { checkOpenFiles, sleep, type Slept } from "./load/sleepers.ts"

const sleepers = 10_000
const longestSeconds = 4
const mostMebibytes = 400
/** As many as it takes until V8 has compiled what they run. */
const warmingUp = 2000
const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`

const answersOf = ({ statuses }: Slept) => [...statuses].map(([status, count]) => `${status}: ${count}`).join(", ")

/** All of them on a server of their own, after some others or as the first that it is asked. */
const measure = Effect.fnUntraced(function*(server: string, before: number) {
  const fs = yield* FileSystem.FileSystem
  const { pid, port } = yield* start(barista(yield* fs.makeTempDirectoryScoped({ prefix: "barista-bench-" })))
  const idle = yield* memoryOf(pid)
  if (before > 0) yield* sleep(port, before)
  const { shares } = yield* watchProcessors(pid)
  const result = yield* sleep(port, sleepers)
  const processors = yield* shares
  const { peak } = yield* memoryOf(pid)
  yield* Console.log(`${sleepers} connections on GET /async-slow of ${server}, from the first request's sending`)
  yield* Console.log(`last request sent   ${seconds(result.lastSent)}`)
  yield* Console.log(`first answer        ${seconds(result.firstAnswer)}`)
  yield* Console.log(`last answer         ${seconds(result.lastAnswer)}`)
  yield* Console.log(`answers             ${answersOf(result)}`)
  yield* Console.log(`processors          ${processors}`)
  yield* Console.log(`memory              ${idle.resident.toFixed(0)} MiB idle, ${peak.toFixed(0)} MiB at its peak\n`)
  return { ...result, peak }
}, Effect.scoped)

const bench = Effect.gen(function*() {
  yield* checkOpenFiles(sleepers)
  const fresh = yield* measure("a server that has just started, whose code is yet to be compiled", 0)
  const warm = yield* measure(`a server that has answered ${warmingUp} others`, warmingUp)
  const both = [fresh, warm]
  yield* verify([
    {
      says: `all ${sleepers} are answered with 200`,
      measured: both.map(answersOf).join("; "),
      met: both.every(({ statuses }) => statuses.get("200") === sleepers)
    },
    {
      says: "all are under way at once",
      measured: both.map(({ firstAnswer, lastSent }) => `${seconds(lastSent)} < ${seconds(firstAnswer)}`).join("; "),
      met: both.every(({ firstAnswer, lastSent }) => lastSent < firstAnswer)
    },
    {
      says: `the last answer of the warm server within ${longestSeconds} s`,
      measured: `${seconds(warm.lastAnswer)} (fresh: ${seconds(fresh.lastAnswer)})`,
      met: warm.lastAnswer <= longestSeconds * 1000
    },
    {
      says: `under ${mostMebibytes} MiB of memory`,
      measured: both.map(({ peak }) => `${peak.toFixed(0)} MiB`).join("; "),
      met: both.every(({ peak }) => peak < mostMebibytes)
    }
  ])
})

NodeRuntime.runMain(Effect.provide(bench, NodeContext.layer))
