// `npm run bench:files` uploads and downloads a large file as chunks in PostgreSQL and as a file in the folder of a
// server on SQLite, in turns, with the memory of the servers and the processor time. `--mebibytes` and `--rounds` set
// the size and the turns. Linux only, as memory and processor time are read from /proc.
import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { Console, Duration, Effect, Schema } from "effect"
import { parseArgs } from "node:util"
import { commandLine } from "../command/commandLine.ts"
import { ask, closeIdle, download, upload } from "../harness/client.ts"
import * as Postgres from "../harness/postgresClient.ts"
import { postgresServerWith } from "../harness/postgresServer.ts"
import { processorSeconds } from "../harness/processorTime.ts"
import { idleMemoryOf, memoryOf } from "../harness/serverProcess.ts"
import { type Place, serve } from "./nodes/Servers.ts"
import { number } from "./report/format.ts"
import { median } from "./report/statistics.ts"

const mebibyte = 1_048_576

const Stored = Schema.parseJson(Schema.Struct({ size: Schema.Int, url: Schema.String }))

/** A file went the one way or the other. */
interface Passage {
  /** MiB a second. */
  readonly speed: number
  /** MiB of the server's memory over the idle server's. */
  readonly memory: number
  /** Seconds of processor time for each GiB. */
  readonly server: number
  readonly database: number
}

const bench = Effect.gen(function*() {
  const { values } = parseArgs({
    options: { mebibytes: { type: "string", default: "1024" }, rounds: { type: "string", default: "3" } }
  })
  const [mebibytes, rounds] = [Number(values.mebibytes), Number(values.rounds)]
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "barista-files-" })
  const postgres = yield* postgresServerWith({ isDurable: true })
  yield* Postgres.ask(postgres.url("postgres"), "CREATE DATABASE bench")
  const database = yield* postgres.pid

  const contender = Effect.fnUntraced(function*(place: Place) {
    const { pids: [pid = 0], port } = yield* serve(place)
    const used = Effect.all([processorSeconds([pid]), processorSeconds([database])])

    const pass = <A, E, R>(passage: Effect.Effect<A, E, R>) =>
      Effect.gen(function*() {
        const idle = yield* idleMemoryOf(pid)
        const before = yield* used
        const [took, result] = yield* Effect.timed(passage)
        const after = yield* used
        const each = (place: 0 | 1) => (after[place] - before[place]) * 1024 / mebibytes
        return {
          result,
          passage: {
            speed: mebibytes / Duration.toSeconds(took),
            memory: (yield* memoryOf(pid)).peak - idle,
            server: each(0),
            database: each(1)
          } satisfies Passage
        }
      })

    const turn = Effect.gen(function*() {
      const up = yield* pass(upload(port, "/upload-async/", mebibytes * mebibyte))
      const { url } = yield* Schema.decode(Stored)(up.result.body)
      const down = yield* pass(download(port, url))
      yield* ask(port, "DELETE", url)
      yield* closeIdle
      if (down.result !== mebibytes * mebibyte) return yield* Effect.dieMessage(`${down.result} bytes came back`)
      return { up: up.passage, down: down.passage }
    })
    return { name: place.name, turn, ups: new Array<Passage>(), downs: new Array<Passage>() }
  })

  const contenders = [
    yield* contender({ name: "a folder, SQLite", folder, url: undefined, servers: 1 }),
    yield* contender({ name: "chunks in PostgreSQL", folder, url: postgres.url("bench"), servers: 1 })
  ]
  for (let round = 0; round <= rounds; round++) {
    for (const { downs, turn, ups } of round % 2 === 1 ? contenders : contenders.toReversed()) {
      const { down, up } = yield* turn
      // the first turn warms up
      if (round === 0) continue
      ups.push(up)
      downs.push(down)
    }
  }
  yield* Console.log(`${mebibytes} MiB, medians of ${rounds} rounds in turns\n`)
  yield* Console.log("| | MiB/s | memory over idle, MiB | processor, s a GiB: server / database |")
  yield* Console.log("| --- | ---: | ---: | ---: |")
  for (const { downs, name, ups } of contenders) {
    for (const [way, passages] of [["up", ups], ["down", downs]] as const) {
      const of = (figure: keyof Passage) => number(median(passages.map((passage) => passage[figure])))
      const most = number(Math.max(...passages.map(({ memory }) => memory)))
      yield* Console.log(
        `| ${name}, ${way} | ${of("speed")} | ${of("memory")}, at most ${most} | ${of("server")} / ${of("database")} |`
      )
    }
  }
}).pipe(Effect.scoped)

commandLine(Effect.provide(bench, NodeContext.layer))
