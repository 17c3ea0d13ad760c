// `npm run bench:upload`: one large file through POST /upload-async/, against a bare node program that does the same with the same bytes
// (write, SHA-256, fsync), in turns; then an upload that is broken off. UPLOAD_MB (default 1024): its size in MiB. Linux only (/proc).
import { FileSystem, Path } from "@effect/platform"
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Config, Console, Duration, Effect, Schedule, Schema } from "effect"
import { verify } from "../harness/bounds.ts"
import { ask, upload } from "../harness/client.ts"
import { barista, idleMemoryOf, memoryOf, node, start } from "../harness/serverProcess.ts"

const rounds = 3
const mostMoreMebibytes = 30
const leastSpeed = 0.8
const mebibyte = 1_048_576

const Stored = Schema.parseJson(Schema.Struct({ size: Schema.Int, url: Schema.optional(Schema.String) }))

/** Uploads once and, outside the measurement, deletes what was stored; MiB a second. */
const speed = Effect.fnUntraced(function*(port: number, path: string, size: number) {
  const [duration, { body }] = yield* Effect.timed(upload(port, path, size))
  const { size: stored, url } = yield* Schema.decode(Stored)(body)
  if (stored < size) return yield* Effect.dieMessage(`sent ${size} bytes, stored ${stored}`)
  if (url !== undefined) yield* ask(port, "DELETE", url)
  return size / mebibyte / Duration.toSeconds(duration)
})

const median = (values: ReadonlyArray<number>) => values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0

/** Polls until the check holds, at most for ten seconds; whether it did. */
const eventually = <E, R>(check: Effect.Effect<boolean, E, R>) =>
  check.pipe(
    Effect.repeat({ until: (holds) => holds, schedule: Schedule.spaced("50 millis") }),
    Effect.timeoutTo({ duration: "10 seconds", onSuccess: () => true, onTimeout: () => false })
  )

/** Breaks an upload off half-way; whether nothing of it is left. */
const breakOff = Effect.fnUntraced(function*(port: number, dataDir: string, size: number) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const [temporaries, files] = [path.join(dataDir, "tmp"), path.join(dataDir, "uploads")]
  const bytesIn = (folder: string) =>
    Effect.map(
      Effect.flatMap(fs.readDirectory(folder), Effect.forEach((name) => fs.stat(path.join(folder, name)))),
      (found) => found.reduce((sum, { size }) => sum + Number(size), 0)
    )
  const half = Math.floor(size / 2)
  yield* Effect.scoped(Effect.gen(function*() {
    yield* Effect.forkScoped(upload(port, "/upload-async/", size, half))
    const arrived = yield* eventually(Effect.map(bytesIn(temporaries), (bytes) => bytes > half / 2))
    if (!arrived) return yield* Effect.dieMessage("the upload that was to be broken off did not arrive")
    yield* Console.log(`broken off with ${Math.floor((yield* bytesIn(temporaries)) / mebibyte)} MiB on disk`)
  }))
  return yield* eventually(Effect.gen(function*() {
    const left = [...yield* fs.readDirectory(temporaries), ...yield* fs.readDirectory(files)]
    const { body, status } = yield* ask(port, "GET", "/uploads")
    return left.length === 0 && status === 200 && body === "[]"
  }))
})

const bench = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const size = (yield* Config.withDefault(Config.integer("UPLOAD_MB"), 1024)) * mebibyte
  const dataDir = yield* fs.makeTempDirectoryScoped({ prefix: "barista-bench-" })
  const ours = yield* start(barista(dataDir))
  const bare = yield* start(node("bench/bareUpload", yield* fs.makeTempDirectoryScoped({ prefix: "barista-bench-" })))
  const idle = yield* idleMemoryOf(ours.pid)
  yield* Console.log(`${size / mebibyte} MiB, ${rounds} rounds in turns, MiB a second`)

  const speeds: Array<readonly [ours: number, bare: number]> = []
  for (let round = 0; round < rounds; round++) {
    const oursFirst = round % 2 === 0
    const one = speed(ours.port, "/upload-async/", size)
    const other = speed(bare.port, "/", size)
    const [a, b] = yield* Effect.all(oursFirst ? [one, other] : [other, one], { concurrency: 1 })
    speeds.push(oursFirst ? [a, b] : [b, a])
  }
  yield* Effect.forEach(speeds, ([a, b]) => Console.log(`barista ${a.toFixed(0)}  bare ${b.toFixed(0)}`), {
    concurrency: 1
  })
  const [medianOurs, medianBare] = [median(speeds.map(([a]) => a)), median(speeds.map(([, b]) => b))]
  const { peak } = yield* memoryOf(ours.pid)
  yield* Console.log(`median: barista ${medianOurs.toFixed(0)}, bare ${medianBare.toFixed(0)}`)
  yield* Console.log(`memory: ${idle.toFixed(0)} MiB idle, ${peak.toFixed(0)} MiB at its peak`)
  const clean = yield* breakOff(ours.port, dataDir, size)
  yield* Console.log("")

  const ratio = medianOurs / medianBare
  yield* verify([
    {
      says: `at least ${leastSpeed} of the bare program's speed`,
      measured: ratio.toFixed(2),
      met: ratio >= leastSpeed
    },
    {
      says: `at most ${mostMoreMebibytes} MiB above idle`,
      measured: `${(peak - idle).toFixed(0)} MiB`,
      met: peak - idle <= mostMoreMebibytes
    },
    { says: "nothing is left of a broken-off upload", measured: clean ? "nothing" : "something after 10 s", met: clean }
  ])
})

NodeRuntime.runMain(Effect.provide(Effect.scoped(bench), NodeContext.layer))
