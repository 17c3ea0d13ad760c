// `npm run soak:chat` connects 200 clients to the websocket chat. First some clients break the rules while the others
// talk; the others must miss nothing, and memory must stay within bounds. Then all clients talk, which gives deliveries
// a second. BENCH_SECONDS (default 5) is the length of each measurement. Everything is on 127.0.0.1 and stops by
// itself; the exit code is 1 if a check fails.
import { FileSystem } from "@effect/platform"
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Config, Console, Duration, Effect } from "effect"
import { type ChatClient, joinMany } from "../harness/chat/client.ts"
import { makeRoom, misquotes, talkSizes } from "../harness/chat/room.ts"
import { print, without } from "../harness/checks.ts"
import { watchProcessors } from "../harness/processorTime.ts"
import { barista, memoryOf, start } from "../harness/serverProcess.ts"
import { connect } from "./chatOffender.ts"
import * as Offenders from "./chatOffenders.ts"
import { makeWarnings } from "./warnings.ts"

const everyone = 200
/** Deliveries a second of the handbook's code, FastAPI, to 200 clients. */
const handbook = { all: "42,000 to 54,000", one: "1,840" }

const serve = Effect.fnUntraced(function*(settings: Readonly<Record<string, string>>, heed: (line: string) => void) {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "barista-bench-" })
  return yield* start(barista(folder, settings), heed)
})

interface Talk {
  /** The id of the server's process. */
  readonly pid: number
  readonly clients: ReadonlyArray<ChatClient>
  readonly speakers: number
  readonly seconds: number
  readonly original: string
}

/**
 * Lets the first clients speak for some time, each sending its next message when the last has returned. Returns
 * deliveries a second, until all is read.
 */
const talk = Effect.fnUntraced(function*(name: string, { clients, original, pid, seconds, speakers }: Talk) {
  const room = makeRoom(clients, talkSizes)
  const { shares } = yield* watchProcessors(pid)
  const [took, missing] = yield* Effect.timed(room.talk(speakers, seconds))
  room.leave()
  const rate = (count: number) => (count / Duration.toSeconds(took)).toFixed(0)
  yield* Console.log([
    `${name}: ${rate(room.said())} messages/s, ${
      rate(room.deliveries())
    } deliveries/s; the handbook's code ${original}`,
    `    ${yield* shares}`
  ].join("\n"))
  return [
    without(`${name}: all clients read every message`, missing),
    without(`${name}: in the same order`, room.differences),
    without(`${name}: once, in the speaker's order and in upper case`, misquotes(room.lines, talkSizes))
  ]
})

const stillOpen = (clients: ReadonlyArray<ChatClient>) =>
  without("nobody is closed", clients.filter(({ isOpen }) => !isOpen).map(({ id }) => `client ${id}`))

/** Measures with the 0.1 s that one message of a client takes. */
const asIs = Effect.fnUntraced(function*(pid: number, port: number, seconds: number) {
  const clients = yield* joinMany(port, everyone)
  yield* Effect.sleep("1 second")
  const one = yield* talk("0.1 s a message, 1 speaks", { pid, clients, speakers: 1, seconds, original: handbook.one })
  const all = yield* talk("0.1 s a message, all 200 speak", {
    pid,
    clients,
    speakers: everyone,
    seconds,
    original: handbook.all
  })
  yield* print([...one, ...all, stillOpen(clients)])
})

/** Measures without the processing time, and with a heartbeat so short that its victims show. */
const unprocessed = Effect.fnUntraced(function*(pid: number, port: number, seconds: number) {
  const clients = yield* joinMany(port, everyone)
  const mute = yield* connect(port, everyone + 1, { pong: false })
  const { code } = yield* Effect.timeoutTo(mute.ended, {
    duration: "1 minute",
    onSuccess: (ending) => ending,
    onTimeout: () => ({ code: 0 })
  })
  // the others are told that it has left
  yield* Effect.sleep("1 second")
  const idle = yield* memoryOf(pid)
  const all = yield* talk("0 s a message, all 200 speak", {
    pid,
    clients,
    speakers: everyone,
    seconds,
    original: handbook.all
  })
  const { peak } = yield* memoryOf(pid)
  yield* Console.log(`memory: ${idle.resident.toFixed(0)} MiB with all clients silent, at most ${peak.toFixed(0)} MiB`)
  const unpinged = clients.filter(({ pings }) => pings === 0)
  yield* print([
    ...all,
    stillOpen(clients),
    without("everyone is pinged", unpinged.map(({ id }) => `client ${id}`)),
    { name: "the one that answers no ping is cut", measured: `${code} after ${mute.pings()} pings`, met: code === 1006 }
  ])
})

const bench = Effect.gen(function*() {
  const seconds = yield* Config.withDefault(Config.integer("BENCH_SECONDS"), 5)
  const { heed, warnings } = makeWarnings()
  yield* Effect.scoped(
    Effect.flatMap(serve(Offenders.settings, heed), ({ pid, port }) => Offenders.offenders(pid, port))
  )
  yield* Console.log("")
  yield* Effect.scoped(Effect.flatMap(serve({}, heed), ({ pid, port }) => asIs(pid, port, seconds)))
  yield* Console.log("")
  const quick = { CHAT_PROCESSING: "0 seconds", CHAT_HEARTBEAT: "3 seconds" }
  yield* Effect.scoped(Effect.flatMap(serve(quick, heed), ({ pid, port }) => unprocessed(pid, port, seconds)))
  yield* print([without("the servers log no warning and no error", warnings)])
})

NodeRuntime.runMain(Effect.provide(Effect.scoped(bench), NodeContext.layer))
