// `npm run soak:chat-nodes -- [talk] [kill] [crash] [freeze]` puts the members of one chat on three servers of one
// PostgreSQL database. `talk` measures messages a second, and their time at 2,000 a second, also while the connections
// that listen are ended again and again. The others hurt a server or the database while members talk, and check that
// nobody is doubled, silent or forgotten. All of them unless named. SECONDS and ROUNDS set the length. Everything is on
// 127.0.0.1 and stops by itself; the exit code is 1 if a check fails.
import { NodeContext } from "@effect/platform-node"
import { Config, Console, Effect, Schedule } from "effect"
import { runUntilSignal } from "../../src/platform/process/runUntilSignal.ts"
import { joinMany } from "../harness/chat/client.ts"
import { makeRoom, misquotes, talkSizes } from "../harness/chat/room.ts"
import { print, without } from "../harness/checks.ts"
import { at } from "../harness/percentile.ts"
import { faults } from "./chatNodes/faults.ts"
import * as Room from "./chatNodes/Room.ts"

const servers = 3

/** Members, evenly on the servers. */
const members = 60

/** Messages a second of the open loop. */
const rate = 2000

/** Pause between two ends of the connections that listen. */
const ending = "500 millis"

interface Talk {
  readonly name: string
  readonly room: Room.Room
  readonly seconds: number
  /** Messages a second; undefined if each member sends its next one when its last one has returned. */
  readonly perSecond: number | undefined
}

/** Lets all members talk, and checks what they read. */
const talk = ({ name, perSecond, room, seconds }: Talk) =>
  Effect.gen(function*() {
    const each = members / servers
    const joined = yield* Effect.forEach(
      room.servers,
      ({ port }, place) => joinMany(port, each, 1 + place * each),
      { concurrency: 1 }
    )
    yield* Effect.sleep("1 second")
    const clients = joined.flat()
    const heard = makeRoom(clients, talkSizes)
    const before = yield* room.used
    const began = performance.now()
    const missing = yield* perSecond === undefined
      ? heard.talk(clients.length, seconds)
      : heard.talkAt(perSecond, seconds)
    const took = (performance.now() - began) / 1000
    const after = yield* room.used
    const milliseconds = heard.milliseconds()
    const cores = (of: "servers" | "database") => ((after[of] - before[of]) / took).toFixed(2)
    yield* Console.log(
      `${name}: ${(heard.said() / took).toFixed(0)} messages/s, ${
        (heard.deliveries() / took).toFixed(0)
      } deliveries/s; p50 ${at(milliseconds, 0.5).toFixed(1)} ms, p99 ${at(milliseconds, 0.99).toFixed(1)} ms; ${
        cores("servers")
      } cores for the servers, ${cores("database")} for the database, ${
        ((after.log - before.log) / heard.said()).toFixed(0)
      } bytes of its log a message`
    )
    return [
      without(`${name}: all read every message`, missing),
      without(`${name}: in one order`, heard.differences),
      without(`${name}: once, in the order of each speaker`, misquotes(heard.lines, talkSizes)),
      without(`${name}: nobody is closed`, clients.filter(({ isOpen }) => !isOpen).map(({ id }) => `client ${id}`))
    ]
  }).pipe(Effect.scoped)

const talks = Effect.fnUntraced(function*(room: Room.Room, seconds: number) {
  // the others' sockets of the talk before have left
  const rest = Effect.sleep("1 second")
  const warm = yield* talk({ name: "warm-up", room, seconds, perSecond: rate })
  yield* rest
  const steady = yield* talk({ name: `${rate} a second`, room, seconds, perSecond: rate })
  yield* rest
  const all = yield* talk({ name: "as fast as they return", room, seconds, perSecond: undefined })
  yield* rest
  let ended = 0
  const cut = yield* Effect.scoped(Effect.zipRight(
    room.endListening.pipe(
      Effect.map((count) => void (ended += count)),
      Effect.repeat(Schedule.spaced(ending)),
      Effect.forkScoped
    ),
    talk({ name: `${rate} a second, listeners ended again and again`, room, seconds, perSecond: rate })
  ))
  yield* Console.log(`${ended} connections that listen were ended`)
  return [...warm, ...steady, ...all, ...cut, { name: "connections ended", measured: String(ended), met: ended > 0 }]
})

const soak = Effect.gen(function*() {
  const seconds = yield* Config.withDefault(Config.integer("SECONDS"), 5)
  const rounds = yield* Config.withDefault(Config.integer("ROUNDS"), 3)
  const asked = process.argv.slice(2)
  const isAsked = (name: string) => asked.length === 0 || asked.includes(name)
  const room = yield* Room.make(servers)
  yield* Console.log(`${servers} servers run`)
  if (isAsked("talk")) yield* print(yield* talks(room, seconds))
  for (const [name, fault] of Object.entries(faults)) {
    if (isAsked(name)) yield* print(yield* fault(room, rounds))
  }
}).pipe(Effect.scoped)

soak.pipe(Effect.provide(NodeContext.layer), runUntilSignal({}))
