// The loads: transfers, registrations and chat messages, spread evenly over the servers of a contender.
import { Console, Duration, Effect } from "effect"
import { PCGRandom } from "effect/Utils"
import { format } from "../../../src/domain/Money.ts"
import { joinMany } from "../../harness/chat/client.ts"
import { makeRoom, misquotes, talkSizes } from "../../harness/chat/room.ts"
import { at } from "../../harness/percentile.ts"
import { allFinished, registerAll } from "../../harness/registrationLoad.ts"
import * as wrk from "../load/wrk.ts"
import type { Servers } from "./Servers.ts"

/** The outcome of a load. */
export interface Outcome {
  readonly operations: number
  /** Operations a second by name; the first is the load's main one. */
  readonly rates: Readonly<Record<string, number>>
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** Answers other than expected, and messages that were lost or out of order. */
  readonly failed: number
}

/** Users of the filled database, between whom money moves. */
export const people = 1000

/** Users among whom transfers meet each other's row locks. */
const few = 20

const connections = 64

/** Transfers of each round, which are sent again when all were sent. */
const different = 20_000
const mostCents = 500

/** Makes small transfers between some of the users. */
const transfersOf = (round: number, among: number) => {
  const random = new PCGRandom(round)
  return Array.from({ length: different }, () => {
    const from = random.integer(among)
    const to = (from + 1 + random.integer(among - 1)) % among
    const amount = format(1 + random.integer(mostCents))
    return {
      method: "POST",
      path: `/transfer-money/?from_user=${from + 1}&to_user=${to + 1}&amount=${amount}`
    } as const
  })
}

/** A load on servers for about so many seconds. */
export interface Load {
  readonly name: string
  readonly run: (
    servers: Servers,
    round: number,
    seconds: number
  ) => Effect.Effect<Outcome, Error, Effect.Effect.Context<ReturnType<typeof wrk.run>>>
}

const transfers = (among: number): Load => ({
  name: `transfers among ${among.toLocaleString("en-US")} accounts`,
  run: ({ others, port }, round, seconds) =>
    Effect.map(
      wrk.run({ port, others, connections, seconds, requests: transfersOf(round, among) }),
      ({ failed, p50, p99, rate }) => ({ operations: rate * seconds, rates: { done: rate }, p50, p99, failed })
    )
})

/** Registrations a second of work: about what one server does. */
const perSecond = 150

/** Numbers of registrations that no other round has. */
const apart = 100_000

const registrations: Load = {
  name: "registrations",
  run: Effect.fnUntraced(function*({ others, port }, round, seconds) {
    const count = perSecond * seconds
    const load = { first: round * apart, count, connections, others }
    const [whole, [accepting, { milliseconds, others: refused }]] = yield* Effect.timed(
      Effect.zipLeft(Effect.timed(registerAll(port, load)), allFinished(port))
    )
    const [first] = refused
    if (first !== undefined) {
      yield* Console.error(`${refused.length} refused, the first by ${first.status}: ${first.body}`)
    }
    return {
      operations: count,
      rates: { ended: count / Duration.toSeconds(whole), accepted: count / Duration.toSeconds(accepting) },
      p50: at(milliseconds, 0.5),
      p99: at(milliseconds, 0.99),
      failed: refused.length
    }
  })
}

/** Members of the room. A message reaches each, and each sends its next one when its last one has returned. */
const members = 48

const chat: Load = {
  name: `chat messages, ${members} members`,
  run: ({ ports }, _, seconds) =>
    Effect.gen(function*() {
      const each = members / ports.length
      const joined = yield* Effect.forEach(ports, (port, n) => joinMany(port, each, 1 + n * each), { concurrency: 1 })
      // all have read that the others joined
      yield* Effect.sleep("200 millis")
      const clients = joined.flat()
      const room = makeRoom(clients, talkSizes)
      const [took, missing] = yield* Effect.timed(room.talk(clients.length, seconds))
      const milliseconds = room.milliseconds()
      return {
        operations: room.said(),
        rates: { done: room.said() / Duration.toSeconds(took) },
        p50: at(milliseconds, 0.5),
        p99: at(milliseconds, 0.99),
        failed: missing.length + room.differences.length + misquotes(room.lines, talkSizes).length
      }
    }).pipe(Effect.scoped)
}

export const loads: ReadonlyArray<Load> = [transfers(people), transfers(few), registrations, chat]
