import { Cause, DateTime, Deferred, Duration, Effect, Layer, Queue, Schedule, Schema, Stream } from "effect"
import { randomUUID } from "node:crypto"
import { Notifications } from "../platform/sql/Notifications.ts"
import { orDefect } from "../platform/sql/orDefect.ts"
import { Event } from "./messages.ts"
import { deliver, type Member, Roster } from "./Roster.ts"
import * as SharedEvents from "./SharedEvents.ts"

/** Channel of the calls that wake the other servers. */
const channel = "barista_chat"

/** Pause between two signs of life. */
const beats = Duration.seconds(2)

/** Silence after which a server counts as dead: four missed signs of life, so that a slow one is none. */
const silence = Duration.seconds(8)

/** Pause between two looks at the events, in case that a call was lost. */
const looks = Duration.seconds(1)

/** Pause before a failed statement is repeated. */
const pause = Duration.millis(250)

/** Time for which the count of members is kept, as it reads them all. */
const counts = Duration.seconds(1)

/** Signs of life for which an event is kept, longer than a server may be silent. */
const keptBeats = 10

/** Limit of changes that one statement publishes. */
const mostChanges = 500

/** Close code of a service that restarts (IANA's registry of close codes): clients connect again. */
const rejoin = { code: 1012, reason: "rejoin" } as const

const takenForDead = "the others took this server for dead"

const again = Schedule.spaced(pause)

const decodeEvent = Schema.decodeUnknownSync(Event)

type Given = Omit<SharedEvents.Change, "event"> & { readonly event: Readonly<Record<string, unknown>> }

interface Pending {
  readonly change: SharedEvents.Change
  readonly published: Deferred.Deferred<void>
}

/**
 * The roster that all servers of a PostgreSQL database share. Every server delivers only what it reads back, so that
 * all members of all servers see one order. A server that may have missed events closes its sockets with 1012, and its
 * clients join again: after a crash of the database, or if the others took it for dead.
 */
export const layer = Layer.scoped(
  Roster,
  Effect.gen(function*() {
    const events = yield* SharedEvents.make
    const notifications = yield* Notifications
    const keys = new WeakMap<Member, string>()
    /** Members that have not read their own arrival. */
    const arriving = new Map<string, Member>()
    const members = new Map<string, Member>()
    const pending = yield* Queue.unbounded<Pending>()
    const woken = yield* Queue.sliding<void>(1)
    let node = ""
    let epoch = ""
    let seen = 0
    let batch = 0
    let sockets = 0
    /** The last ids at the last signs of life, oldest first. */
    let history: Array<number> = []

    /** Enters under a new name, from which earlier changes of this server can no longer be published. */
    const enter = Effect.gen(function*() {
      const entered = `${randomUUID()}`
      const found = yield* events.enter(entered)
      node = entered
      batch = 0
      epoch = found.epoch
      seen = found.last_id
      history = []
    })

    /** Kept while changes are published, which therefore carry one name of this server. Taken after `turn`. */
    const naming = yield* Effect.makeSemaphore(1)

    const restart = Effect.fnUntraced(function*(why: string) {
      yield* Effect.logWarning(`The chat's clients on this server join again: ${why}`)
      const closing = [...arriving.values(), ...members.values()]
      arriving.clear()
      members.clear()
      // changes of these members, who have left with this server's old name
      const dropped = yield* Queue.takeAll(pending)
      yield* Effect.forEach(dropped, ({ published }) => Deferred.succeed(published, undefined), { discard: true })
      yield* Effect.forEach(closing, ({ connection }) => connection.close(rejoin.code, rejoin.reason), {
        discard: true
      })
      yield* events.remove({ node })
      yield* enter
    }, naming.withPermits(1))

    const turn = yield* Effect.makeSemaphore(1)

    /** Reads what is new, and delivers it. */
    const read = turn.withPermits(1)(Effect.gen(function*() {
      for (let isBehind = true; isBehind;) {
        const rows = yield* events.after(seen)
        if (rows[0]?.epoch !== epoch) return yield* restart("the database has crashed")
        isBehind = false
        for (const { event, id, member, time } of rows) {
          if (id === null) break
          if (id !== seen + 1) return yield* restart("this server was too slow to read all events")
          isBehind = true
          seen = id
          const arrived = member === null ? undefined : arriving.get(member)
          if (member !== null && arrived !== undefined) {
            arriving.delete(member)
            members.set(member, arrived)
          }
          deliver(
            decodeEvent({ ...JSON.parse(event), id, time: DateTime.formatIso(DateTime.unsafeMake(time)) }),
            members.values()
          )
        }
      }
    }))

    /** Publishes what has come together, while earlier changes were published. */
    const publish = Effect.gen(function*() {
      const taken = yield* Queue.takeBetween(pending, 1, mostChanges)
      const changes = [...taken].map(({ change }) => change)
      const [own, isPublished] = yield* naming.withPermits(1)(Effect.suspend(() => {
        const [name, number] = [node, ++batch]
        // a batch whose outcome is unknown is published once all the same
        return Effect.map(
          Effect.retry(events.publish(name, number, changes), again),
          (published) => [name, published] as const
        )
      }))
      if (!isPublished) {
        yield* turn.withPermits(1)(Effect.suspend(() => own === node ? restart(takenForDead) : Effect.void))
      }
      yield* Effect.forEach(taken, ({ published }) => Deferred.succeed(published, undefined), { discard: true })
      yield* Queue.offer(woken, undefined)
      yield* Effect.ignore(notifications.notify(channel))
    })

    const beat = Effect.gen(function*() {
      if (!(yield* events.beat(node))) yield* turn.withPermits(1)(restart(takenForDead))
      const left = yield* events.remove({ silence })
      if (left > 0) yield* notifications.notify(channel)
      history.push(seen)
      const oldest = history.length > keptBeats ? history.shift() : undefined
      if (oldest !== undefined) yield* events.forget(oldest)
    })

    const repeatedly = <E>(what: string, effect: Effect.Effect<void, E>) =>
      effect.pipe(
        Effect.catchAllCause((cause) =>
          Cause.isInterruptedOnly(cause)
            ? Effect.failCause(Cause.empty)
            : Effect.zipRight(Effect.logWarning(`The chat cannot ${what}`, cause), Effect.sleep(pause))
        ),
        Effect.forever,
        Effect.forkScoped
      )

    yield* Effect.addFinalizer(() =>
      Effect.ignore(Effect.zipRight(events.remove({ node }), notifications.notify(channel)))
    )
    yield* orDefect(enter)
    yield* repeatedly("read its events", Effect.zipRight(Effect.timeoutOption(Queue.take(woken), looks), read))
    yield* repeatedly("publish its events", publish)
    yield* repeatedly("show that this server lives", Effect.zipRight(Effect.sleep(beats), beat))
    yield* Effect.forkScoped(Stream.runForEach(notifications.listen(channel), () => Queue.offer(woken, undefined)))

    const happen = ({ event, ...change }: Given) =>
      Effect.gen(function*() {
        const published = yield* Deferred.make<void>()
        yield* Queue.offer(pending, { change: { ...change, event: JSON.stringify(event) }, published })
        yield* Deferred.await(published)
      })

    const counted = yield* Effect.cachedWithTTL(
      Effect.map(orDefect(events.members), (rows) => new Map(rows.map(({ members, server }) => [server, members]))),
      counts
    )

    const forget = (member: Member) => {
      const key = keys.get(member) ?? ""
      arriving.delete(key)
      return members.delete(key) ? key : undefined
    }

    return {
      join: (member) =>
        Effect.suspend(() => {
          const key = `${node}/${++sockets}`
          keys.set(member, key)
          arriving.set(key, member)
          const { clientId } = member
          return happen({ kind: "joined", member: key, clientId, event: { kind: "joined", client_id: clientId } })
        }),
      leave: (member) =>
        Effect.suspend(() => {
          const { clientId } = member
          const key = keys.get(member)
          const isKnown = key !== undefined && (members.has(key) || arriving.has(key))
          forget(member)
          // a member of an earlier name of this server has left with it
          if (!isKnown) return Effect.void
          return happen({ kind: "left", member: key, clientId, event: { kind: "left", client_id: clientId } })
        }),
      forget: (member) => Effect.sync(() => void forget(member)),
      say: ({ clientId }, text) =>
        happen({
          kind: "said",
          member: undefined,
          clientId,
          event: { kind: "message", client_id: clientId, text }
        }),
      whisper: ({ clientId }, to, text) =>
        Effect.flatMap(orDefect(Effect.retry(events.isPresent(to), again)), (isPresent) =>
          isPresent
            ? Effect.as(
              happen({
                kind: "said",
                member: undefined,
                clientId,
                event: { kind: "personal", client_id: clientId, to, text }
              }),
              true
            )
            : Effect.succeed(false)),
      members: () => counted
    }
  })
)
