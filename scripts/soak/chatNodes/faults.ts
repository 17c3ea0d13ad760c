// Faults under which a room of several servers must stay right: a server killed, the database crashed, a server frozen.
import { Console, Effect, Schedule } from "effect"
import { type Check, exactly, without } from "../../harness/checks.ts"
import { countOf, disagreements, gaps, ghosts, presence, roundOfWords } from "./checks.ts"
import { gather, type Member, until } from "./Member.ts"
import { type Room, type Server, signal } from "./Room.ts"

/** Members on each server. */
const each = 10

/** Silence after which a server counts as dead, in seconds, and the time for its removal. */
const removal = 15

/** Seconds that a server is frozen, longer than its removal takes. */
const frozen = 20

/** Pause between two messages of the talkers. */
const talking = "20 millis"

const range = (first: number) => Array.from({ length: each }, (_, n) => first + n)

/** Members on all servers: those of the last one begin with id 21. */
const gatherAll = (room: Room) =>
  Effect.forEach(
    room.servers,
    (_, place) => gather(range(1 + place * each), () => room.servers[place]?.port ?? 0),
    { concurrency: 1 }
  )

/** Lets members talk, in turn, until the scope closes. */
const talk = (members: ReadonlyArray<Member>) => {
  let n = 0
  return Effect.sync(() => members[n++ % members.length]?.say(`talk ${n}`)).pipe(
    Effect.repeat(Schedule.spaced(talking)),
    Effect.forkScoped
  )
}

const heardBy = ({ stays }: Member) => stays.at(-1)?.heard ?? []

/** Waits until each witness has read that all the others left; returns the seconds that it took. */
const untilLeft = (witnesses: ReadonlyArray<Member>, gone: ReadonlyArray<number>, from: ReadonlyMap<Member, number>) =>
  Effect.suspend(() => {
    const began = performance.now()
    const left = (member: Member) => countOf(heardBy(member).slice(from.get(member) ?? 0), "left", gone)
    return Effect.map(
      until(removal, () => witnesses.every((member) => left(member).every((times) => times > 0))),
      () => ({ seconds: (performance.now() - began) / 1000, counts: witnesses.map(left) })
    )
  })

const placesOf = (members: ReadonlyArray<Member>) =>
  new Map(members.map((member) => [member, heardBy(member).length] as const))

/** Checks that each witness read exactly one leaving of each that is gone, and none of others. */
const leftOnce = (
  name: string,
  witnesses: ReadonlyArray<Member>,
  gone: ReadonlyArray<number>,
  from: ReadonlyMap<Member, number>
) =>
  without(
    name,
    witnesses.flatMap((member) => {
      const left = heardBy(member).slice(from.get(member) ?? 0).filter(({ kind }) => kind === "left")
      const wrong = gone.filter((id) => left.filter(({ client_id }) => client_id === id).length !== 1)
      const others = left.filter(({ client_id }) => !gone.includes(client_id))
      return [
        ...wrong.map((id) => `member ${member.id} read another number of leavings of ${id}`),
        ...others.map(({ client_id }) => `member ${member.id} read a leaving of ${client_id}`)
      ]
    })
  )

/** Kills a server with members that do not come back, and starts it anew. */
const kill = (room: Room, rounds: number) =>
  Effect.gen(function*() {
    const checks: Array<Check> = []
    const seconds: Array<number> = []
    for (let round = 1; round <= rounds; round++) {
      const name = `kill -9, ${round}`
      yield* Effect.scoped(Effect.gen(function*() {
        const groups = yield* gatherAll(room)
        const [gone = [], ...rest] = groups.toReversed()
        const witnesses = rest.flat()
        const victim = room.servers.at(-1)
        if (victim === undefined) return
        yield* talk(groups.flat())
        yield* Effect.sleep("1 second")
        const from = placesOf(witnesses)
        for (const member of gone) member.comesBack = false
        yield* signal(victim, "SIGKILL")
        const ids = gone.map(({ id }) => id)
        const left = yield* untilLeft(witnesses, ids, from)
        seconds.push(left.seconds)
        // a second leaving would come with the next looks of the others
        yield* Effect.sleep("5 seconds")
        checks.push(
          leftOnce(`${name}: left is published once for each`, witnesses, ids, from),
          without(`${name}: no gap for the others`, gaps(witnesses)),
          ...(yield* presence(name, room, witnesses, room.servers.length - 1))
        )
        yield* room.replace(victim)
      }))
      yield* settled(room)
    }
    yield* Console.log(`kill -9: left after ${seconds.map((some) => some.toFixed(1)).join(", ")} s`)
    return checks
  })

/** Waits until the room is empty. */
const settled = ({ rows }: Room) =>
  Effect.repeat(rows("SELECT 1 FROM chat_members LIMIT 1"), {
    until: (left) => left.length === 0,
    schedule: Schedule.spaced("100 millis")
  })

/** Crashes the database, which empties the chat's tables. */
const crash = (room: Room, rounds: number) =>
  Effect.scoped(Effect.gen(function*() {
    const checks: Array<Check> = []
    const seconds: Array<number> = []
    const members = (yield* gatherAll(room)).flat()
    yield* Effect.scoped(Effect.gen(function*() {
      yield* talk(members)
      for (let round = 1; round <= rounds; round++) {
        yield* Effect.sleep("1 second")
        const before = members.map(({ stays }) => stays.length)
        const began = performance.now()
        yield* room.crash("500 millis")
        yield* until(30, () => members.every(({ isPresent, stays }, n) => stays.length > (before[n] ?? 0) && isPresent))
        seconds.push((performance.now() - began) / 1000)
        checks.push(without(
          `crash ${round}: every socket is closed with 1012 once`,
          members.flatMap(({ id, stays }, n) => {
            const codes = stays.slice((before[n] ?? 1) - 1).map(({ closed }) => closed)
            return JSON.stringify(codes) === "[1012,null]" ? [] : [`member ${id}: ${JSON.stringify(codes)}`]
          })
        ))
      }
      yield* Effect.sleep("1 second")
    }))
    yield* Effect.sleep("1 second")
    checks.push(
      yield* roundOfWords("after crashes", members),
      without("after crashes: one order, without gaps in any stay", gaps(members)),
      without("after crashes: all read the same", disagreements(members, () => -1)),
      ...(yield* presence("after crashes", room, members, room.servers.length))
    )
    yield* Console.log(`crash of the database: all are back after ${seconds.map((s) => s.toFixed(1)).join(", ")} s`)
    return checks
  }))

/** Freezes a server until the others have removed its members, and lets it go on. */
const freeze = (room: Room, rounds: number) =>
  Effect.scoped(Effect.gen(function*() {
    const checks: Array<Check> = []
    const groups = yield* gatherAll(room)
    const members = groups.flat()
    const [away = [], ...rest] = groups.toReversed()
    const witnesses = rest.flat()
    const victim: Server | undefined = room.servers.at(-1)
    if (victim === undefined) return checks
    const ids = away.map(({ id }) => id)
    for (let round = 1; round <= rounds; round++) {
      const name = `SIGSTOP, ${round}`
      yield* Effect.scoped(Effect.gen(function*() {
        // those of the frozen server talk too, so that it has much to publish when it is back
        yield* talk(members)
        yield* Effect.sleep("1 second")
        const from = placesOf(witnesses)
        const before = away.map(({ stays }) => stays.length)
        yield* signal(victim, "SIGSTOP")
        const left = yield* Effect.ensuring(
          Effect.zipLeft(untilLeft(witnesses, ids, from), Effect.sleep((frozen - removal) * 1000)),
          signal(victim, "SIGCONT")
        )
        yield* Console.log(`SIGSTOP: left after ${left.seconds.toFixed(1)} s`)
        yield* until(30, () => away.every(({ isPresent, stays }, n) => stays.length > (before[n] ?? 0) && isPresent))
        yield* Effect.sleep("5 seconds")
        checks.push(
          leftOnce(`${name}: left is published once for each`, witnesses, ids, from),
          exactly(
            `${name}: sockets of the frozen server closed with 1012`,
            each,
            away.filter(({ stays }, n) => stays[(before[n] ?? 1) - 1]?.closed === 1012).length
          )
        )
      }))
      yield* Effect.sleep("1 second")
      checks.push(
        yield* roundOfWords(name, members),
        without(`${name}: no message of a client after its leaving`, witnesses.flatMap(ghosts)),
        without(`${name}: one order, without gaps in any stay`, gaps(members)),
        without(`${name}: all read the same`, disagreements(members, () => -1)),
        ...(yield* presence(name, room, members, room.servers.length))
      )
    }
    return checks
  }))

/** The faults by the name that the command takes. */
export const faults = { kill, crash, freeze }
