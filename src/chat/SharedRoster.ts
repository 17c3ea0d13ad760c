import { Cause, Clock, DateTime, Duration, Effect, Layer, Queue, Schema, Stream } from "effect"
import { randomUUID } from "node:crypto"
import { Notifications } from "../platform/sql/Notifications.ts"
import { orDefect } from "../platform/sql/orDefect.ts"
import { endless } from "../policy/Backoff.ts"
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

const cutOff = "the database does not answer, and the others take this server for dead"

const again = endless({ kind: "constant", base: pause })

const decodeEvent = Schema.decodeUnknownSync(Event)

type Given = Omit<SharedEvents.Change, "event"> & { readonly event: Readonly<Record<string, unknown>> }

interface Pending {
  readonly change: SharedEvents.Change
  /** Lets the change's member go on. */
  readonly done: () => void
}

/**
 * The roster that all servers of a PostgreSQL database share. Every server delivers only what it reads back, so that
 * all members of all servers see one order. A server that may have missed events closes its sockets with 1012, and its
 * clients join again: after a crash of the database, or if the others took it for dead. It takes that for granted once
 * it could show no sign of life for as long; until it shows one, its clients can only join elsewhere.
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
    /** Changes of the present members, which wait to be published. */
    let pending: Array<Pending> = []
    const isPending = Effect.unsafeMakeLatch()
    const woken = yield* Queue.sliding<void>(1)
    let node = ""
    let epoch = ""
    let seen = 0
    let batch = 0
    let sockets = 0
    /** The last ids at the last signs of life, oldest first. */
    let history: Array<number> = []
    let lastBeat = yield* Clock.currentTimeMillis
    let isCutOff = false

    /** Empties the room of this server. Returns its members and their changes, which are published no more. */
    const empty = () => {
      const left = { sockets: [...arriving.values(), ...members.values()], dropped: pending }
      arriving.clear()
      members.clear()
      pending = []
      return left
    }

    /** Closes the sockets of members that have left with a name of this server. */
    const dismiss = Effect.fnUntraced(function*({ dropped, sockets: closing }: ReturnType<typeof empty>, why: string) {
      yield* Effect.logWarning(`The chat's clients on this server join again: ${why}`)
      for (const { done } of dropped) done()
      yield* Effect.forEach(closing, ({ connection }) => connection.close(rejoin.code, rejoin.reason), {
        discard: true
      })
    })

    /** Enters under a new name. Returns the members until then and their changes, which are published no more. */
    const enter = Effect.suspend(() => {
      const entered = `${randomUUID()}`
      return Effect.map(events.enter(entered), (found) => {
        node = entered
        batch = 0
        epoch = found.epoch
        seen = found.last_id
        history = []
        return empty()
      })
    })

    /** Kept while changes are published, which therefore carry one name of this server. Taken after `turn`. */
    const naming = yield* Effect.makeSemaphore(1)

    /** Closes the sockets of this server, whose members have left with its name `own`, unless that was done already. */
    const restart = (own: string, why: string) =>
      Effect.gen(function*() {
        if (own !== node) return
        yield* events.remove({ node })
        yield* dismiss(yield* enter, why)
      }).pipe(naming.withPermits(1), Effect.uninterruptible)

    const turn = yield* Effect.makeSemaphore(1)

    /** Reads what is new, and delivers it. */
    const read = turn.withPermits(1)(Effect.gen(function*() {
      for (let isBehind = true; isBehind;) {
        const rows = yield* events.after(seen)
        if (rows[0]?.epoch !== epoch) return yield* restart(node, "the database has crashed")
        isBehind = false
        for (const { event, id, member, time } of rows) {
          if (id === null) break
          if (id !== seen + 1) return yield* restart(node, "this server was too slow to read all events")
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

    /** Publishes the changes that have come together, as one batch of this server's present name. */
    const publishPending = Effect.suspend(() => {
      const taken = pending.splice(0, mostChanges)
      if (pending.length === 0) isPending.unsafeClose()
      if (taken.length === 0) return Effect.succeed({ own: node, isPublished: true, taken })
      const [own, number, changes] = [node, ++batch, taken.map(({ change }) => change)]
      // a batch whose outcome is unknown is published once all the same
      return Effect.map(
        Effect.retry(events.publish(own, number, changes), again),
        (isPublished) => ({ own, isPublished, taken })
      )
    })

    const publish = Effect.gen(function*() {
      yield* isPending.await
      const { isPublished, own, taken } = yield* naming.withPermits(1)(publishPending)
      for (const { done } of taken) done()
      if (!isPublished) yield* turn.withPermits(1)(restart(own, takenForDead))
      yield* Queue.offer(woken, undefined)
      yield* Effect.ignore(notifications.notify(channel))
    })

    const beat = Effect.gen(function*() {
      const own = node
      const isKnown = yield* events.beat(own)
      // members that were dismissed are still listed if no other server has removed this one
      if (!isKnown || isCutOff) yield* turn.withPermits(1)(restart(own, takenForDead))
      lastBeat = yield* Clock.currentTimeMillis
      isCutOff = false
      const left = yield* events.remove({ silence })
      if (left > 0) yield* notifications.notify(channel)
      history.push(seen)
      const oldest = history.length > keptBeats ? history.shift() : undefined
      if (oldest !== undefined) yield* events.forget(oldest)
    })

    const noticeSilence = Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      if (isCutOff || now - lastBeat <= Duration.toMillis(silence)) return
      isCutOff = true
      yield* dismiss(empty(), cutOff)
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
    yield* repeatedly("notice its silence", Effect.zipRight(Effect.sleep(beats), noticeSilence))
    yield* Effect.forkScoped(Stream.runForEach(notifications.listen(channel), () => Queue.offer(woken, undefined)))

    /** Publishes a change, unless there is none. It is made and queued at once, so that no restart comes between. */
    const happen = (make: () => Given | undefined) =>
      Effect.async<void>((resume) => {
        const given = make()
        if (given === undefined) return resume(Effect.void)
        const change = { ...given, event: JSON.stringify(given.event) }
        pending.push({ change, done: () => resume(Effect.void) })
        isPending.unsafeOpen()
      })

    const counted = yield* Effect.cachedWithTTL(
      Effect.map(orDefect(events.members), (rows) => new Map(rows.map(({ members, server }) => [server, members]))),
      counts
    )

    /** The key of a member, unless it has left with an earlier name of this server. */
    const keyOf = (member: Member): string | undefined => {
      const key = keys.get(member)
      return key !== undefined && (members.has(key) || arriving.has(key)) ? key : undefined
    }

    const forget = (member: Member): string | undefined => {
      const key = keyOf(member)
      if (key === undefined) return undefined
      arriving.delete(key)
      members.delete(key)
      return key
    }

    /** A message or a personal one, of a member that is still in the room. */
    const said = (member: Member, event: Given["event"]) =>
      happen(() =>
        keyOf(member) === undefined ? undefined : { kind: "said", member: undefined, clientId: member.clientId, event }
      )

    return {
      join: (member) =>
        Effect.suspend(() =>
          isCutOff ? member.connection.close(rejoin.code, rejoin.reason) : happen(() => {
            const key = `${node}/${++sockets}`
            keys.set(member, key)
            arriving.set(key, member)
            const { clientId } = member
            return { kind: "joined", member: key, clientId, event: { kind: "joined", client_id: clientId } }
          })
        ),
      leave: (member) =>
        happen(() => {
          const key = forget(member)
          const { clientId } = member
          return key === undefined
            ? undefined
            : { kind: "left", member: key, clientId, event: { kind: "left", client_id: clientId } }
        }),
      forget: (member) => Effect.sync(() => void forget(member)),
      say: (member, text) => said(member, { kind: "message", client_id: member.clientId, text }),
      whisper: (member, to, text) =>
        Effect.flatMap(orDefect(Effect.retry(events.isPresent(to), again)), (isPresent) =>
          isPresent
            ? Effect.as(said(member, { kind: "personal", client_id: member.clientId, to, text }), true)
            : Effect.succeed(false)),
      members: () => counted
    }
  })
)
