// `npm run bench:nodes` compares 1, 2 and 3 servers on one PostgreSQL database with one server on SQLite, in turns:
// transfers, registrations and chat messages a second, with the processor time of the servers and of the database.
// Both databases wait for the disk. `--rounds` and `--seconds` set the turns and the length of each measurement,
// `--load WORD` picks loads. Prints the table of the operators' page. Linux only, as processor time is read from /proc.
import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { Console, Effect } from "effect"
import { cpus } from "node:os"
import { parseArgs } from "node:util"
import { commandLine } from "../command/commandLine.ts"
import { closeIdle } from "../harness/client.ts"
import { ask } from "../harness/postgresClient.ts"
import { postgresServerWith } from "../harness/postgresServer.ts"
import { checkInstalled } from "./load/wrk.ts"
import { withEvidence } from "./nodes/Evidence.ts"
import { type Load, loads, people } from "./nodes/loads.ts"
import { fill, type Place, serve } from "./nodes/Servers.ts"
import { markdown, type Sample, sessions } from "./nodes/table.ts"

/** Seconds of each load before it is measured, in which V8 compiles the code. */
const warmUp = 2

/** The databases, each filled once, and the numbers of servers on them. */
const places = Effect.fnUntraced(function*(url: string) {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "barista-nodes-" })
  const sqlite: Place = { name: "SQLite", folder, url: undefined, servers: 1 }
  const postgres = [1, 2, 3].map((servers): Place => ({ name: `PostgreSQL, ${servers}`, folder, url, servers }))
  return [sqlite, ...postgres]
})

const bench = Effect.gen(function*() {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "3" },
      seconds: { type: "string", default: "3" },
      load: { type: "string", multiple: true, default: [] }
    }
  })
  const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)]
  const chosen = loads.filter(({ name }) => values.load.length === 0 || values.load.some((word) => name.includes(word)))
  yield* checkInstalled
  const server = yield* postgresServerWith({ isDurable: true })
  yield* ask(server.url("postgres"), "CREATE DATABASE bench")
  const contenders = (yield* places(server.url("bench"))).map((place) => ({
    place,
    samples: new Map(chosen.map((load): readonly [Load, Array<Sample>] => [load, []]))
  }))
  const filled = contenders.filter(({ place }) => place.servers === 1)
  yield* Effect.forEach(filled, ({ place }) => fill(place, people), { concurrency: 1 })
  const postgres = yield* server.pid
  let number = 0

  /** Starts a contender's servers for one turn. */
  const turn = ({ place, samples }: typeof contenders[number]) =>
    Effect.gen(function*() {
      const servers = yield* serve(place)
      const evidence = { pids: servers.pids, postgres, url: place.url }
      for (const [load, taken] of samples) {
        yield* closeIdle
        yield* load.run(servers, ++number, warmUp)
        yield* closeIdle
        const { evidence: used, result } = yield* withEvidence(evidence, load.run(servers, ++number, seconds))
        taken.push({ outcome: result, evidence: used })
      }
      yield* closeIdle
    }).pipe(Effect.scoped)

  for (let round = 1; round <= rounds; round++) {
    // in both orders, as the machine may slow down meanwhile
    for (const contender of round % 2 === 1 ? contenders : contenders.toReversed()) {
      yield* turn(contender)
      yield* Console.error(`round ${round} of ${rounds}: ${contender.place.name}`)
    }
  }
  const blocks = chosen.map((load) => ({
    load: load.name,
    measured: contenders.map(({ place, samples }) => ({
      contender: place.name,
      servers: place.servers,
      samples: samples.get(load) ?? []
    }))
  }))
  yield* Console.log(markdown(blocks, cpus().length))
  yield* Console.log(`\nSessions of the database, as means:\n${sessions(blocks)}`)
}).pipe(Effect.scoped)

commandLine(Effect.provide(bench, NodeContext.layer))
