import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { Duration, Effect, Exit, Layer } from "effect"
import { join } from "node:path"
import { monitorEventLoopDelay } from "node:perf_hooks"
import * as DatabaseCounters from "../../src/platform/sql/DatabaseCounters.ts"
import * as GroupCommit from "../../src/platform/sql/sqlite/GroupCommit.ts"
import { SqliteConnection } from "../../src/platform/sql/sqlite/SqliteConnection.ts"
import { CpuPool } from "../../src/platform/workers/cpu/CpuPool.ts"
import * as TemporaryData from "../demos/stage/TemporaryData.ts"
import { lengthOf, recorded, toMillis, type Truth } from "./Truth.ts"

/** Four changes of SQLite that share a commit, as its connection and its counters tell. */
const transferInGroup = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "barista-truths-" })
  const connection = yield* SqliteConnection.open(join(folder, "truths.sqlite"), { readonly: false })
  connection.run("CREATE TABLE entries (cents INTEGER)")
  const counters = DatabaseCounters.make()
  let committed = 0
  let durable = 0
  const changes = GroupCommit.make({
    connection,
    counters,
    lockTimeout: Duration.seconds(5),
    whenDurable: (tell) => {
      committed = performance.now()
      setImmediate(() => {
        durable = performance.now()
        tell(Exit.void)
      })
    }
  })
  const change = changes.transaction(Effect.suspend(() => connection.run("INSERT INTO entries VALUES (1)")))
  const { recording, timeline } = yield* recorded(
    "transfer",
    "live",
    Effect.replicateEffect(change, 4, { concurrency: "unbounded", discard: true })
  )
  const [commit] = timeline.commits
  const ended = recording.momentOf(commit?.to ?? Number.NaN) ?? Number.NaN
  const began = recording.momentOf(commit?.from ?? Number.NaN) ?? Number.NaN
  const truth = { run: "transfer in a group" }
  return [
    {
      ...truth,
      figure: "changes in the commit (number)",
      timeline: (commit?.fibers.length ?? 0) + (commit?.others ?? 0),
      independent: counters.changes,
      relation: "equal" as const
    },
    { ...truth, figure: "begin of COMMIT", timeline: began, independent: committed, relation: "at most" as const },
    { ...truth, figure: "told to be on the disk", timeline: ended, independent: durable, relation: "at least" as const }
  ]
})

/** A computation of about a tenth of a second on a thread. */
const n = 40_000_000

const cpuPool = Effect.gen(function*() {
  const { sumOfSquares } = yield* CpuPool
  const { timeline, value } = yield* recorded(
    "CPU pool",
    "live",
    Effect.suspend(() => {
      const from = performance.now()
      return Effect.map(sumOfSquares(n), () => performance.now() - from)
    })
  )
  return [{
    run: "CPU pool",
    figure: "waits for the thread, beside the call",
    timeline: lengthOf(timeline, ({ reason }) => reason?.kind === "worker"),
    independent: value,
    relation: "at most" as const
  }]
})

/** Milliseconds for which the event loop is kept. */
const kept = 100

const stalledLoop = Effect.gen(function*() {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  yield* Effect.sleep(5)
  const block = Effect.sync(() => {
    const from = performance.now()
    while (performance.now() < from + kept);
    return performance.now() - from
  })
  const { timeline, value } = yield* recorded(
    "stalled loop",
    "live",
    Effect.zipRight(Effect.yieldNow(), Effect.withSpan(block, "blocks"))
  )
  yield* Effect.sleep(5)
  delay.disable()
  const own = timeline.fibers[0]?.id
  const stalls = timeline.loop_stalls.filter(({ fiber }) => fiber === own).map(({ from, to }) => toMillis(to - from))
  const longest = Math.max(...stalls)
  const truth = { run: "stalled loop", timeline: longest }
  return [
    { ...truth, figure: "stall, beside the blocking code", independent: value, relation: "at least" as const },
    {
      ...truth,
      figure: "stall, beside monitorEventLoopDelay",
      independent: delay.max / 1_000_000,
      relation: "at most" as const
    }
  ]
})

/** The runs on real parts of this process. */
export const liveRuns: Effect.Effect<ReadonlyArray<Truth>> = Effect.map(
  Effect.all([transferInGroup, cpuPool, stalledLoop], { concurrency: 1 }),
  (found) => found.flat()
).pipe(
  Effect.scoped,
  Effect.provide(Layer.mergeAll(NodeContext.layer, Layer.provide(CpuPool.layer, TemporaryData.layer))),
  Effect.orDie
)
