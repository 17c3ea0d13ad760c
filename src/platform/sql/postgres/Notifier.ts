import type { SqlClient, SqlError } from "@effect/sql"
import { Cause, Clock, type Context, Deferred, Duration, Effect, Fiber, Option, Queue, Runtime, Stream } from "effect"
import { pauseAfter } from "../../../policy/Backoff.ts"
import { ChangeConnection, currentChange } from "../ChangeConnection.ts"
import type { Notifications } from "../Notifications.ts"
import { ConnectionLost } from "./Answers.ts"
import type { Contact } from "./Contact.ts"
import type { PgConnection } from "./PgConnection.ts"
import type { OpenSession } from "./Session.ts"

/** Calls that a listener may leave unread, before one empty call replaces them. */
const mostUnread = 1000

/** Pause before a lost connection is made again; it grows while that fails. */
const pause = pauseAfter({ kind: "exponential", base: Duration.millis(250), max: Duration.seconds(1) })

/** The clock of the network, which a test's own clock does not move. */
const systemClock = Clock.make()

/** Pause between two questions that show whether the database is still there. */
const beat = Duration.seconds(1)

/**
 * Beats without an answer after which the contact is lost. The engine gives up its jobs at about the same time, which
 * is before the locks of its jobs expire.
 */
const mostMissed = 3

const quoted = (channel: string) => `"${channel.replaceAll("\"", "\"\"")}"`

const lost = "the connection that listens for calls of other servers is lost, and made again"

const silent = new ConnectionLost({ reason: "no answer in time" })

const messageOf = (cause: Cause.Cause<Error>): string => String(Cause.squash(cause))

type Listener = Queue.Queue<string>

/** Passes a call on. */
const tell = (listener: Listener, payload: string): Effect.Effect<void> =>
  Effect.flatMap(Queue.size(listener), (unread) =>
    unread < mostUnread
      ? Effect.asVoid(Queue.offer(listener, payload))
      : Effect.zipRight(Queue.takeAll(listener), Effect.asVoid(Queue.offer(listener, ""))))

/**
 * Asks a session again and again, and fails when it stays silent. Beats are counted, not the time, since a process that
 * was frozen has read no answers meanwhile.
 */
const watch = (connection: PgConnection, contact: Contact) =>
  Effect.forever(Effect.gen(function*() {
    const question = yield* Effect.fork(connection.command("SELECT 1"))
    yield* Effect.sleep(beat)
    for (let missed = 1; question.unsafePoll() === null; missed++) {
      if (missed === mostMissed) {
        contact.become("lost")
        return yield* silent
      }
      contact.become("late")
      yield* Effect.sleep(beat)
    }
    yield* Fiber.join(question)
    contact.become("prompt")
  })).pipe(Effect.withClock(systemClock))

/**
 * Listens on a connection of its own, which is made again whenever it is lost. Its listeners are then called, as calls
 * meanwhile were lost. The same connection shows whether the database answers.
 */
export const make = (open: OpenSession, writer: SqlClient.SqlClient, contact: Contact) =>
  Effect.gen(function*() {
    const listeners = new Map<string, Set<Listener>>()
    let session: PgConnection | undefined
    let failures = 0

    const tellAll = (channel: string, payload: string) =>
      Effect.forEach(listeners.get(channel) ?? [], (listener) => tell(listener, payload), {
        concurrency: 1,
        discard: true
      })

    const listenTo = (connection: PgConnection, channel: string): Effect.Effect<void, SqlError.SqlError> =>
      Effect.zipRight(connection.command(`LISTEN ${quoted(channel)}`), tellAll(channel, ""))

    const runtime = yield* Effect.runtime<never>()

    /** Listens until the connection is lost. */
    const connected = Effect.gen(function*() {
      const connection = yield* open(Duration.infinity).pipe(
        // A database that refuses the session has answered.
        Effect.tapError(({ cause }) =>
          Effect.sync(() => contact.become(cause instanceof ConnectionLost ? "lost" : "late"))
        )
      )
      contact.become("prompt")
      const hasEnded = yield* Deferred.make<never, ConnectionLost>()
      connection.client.on("end", () =>
        Deferred.unsafeDone(hasEnded, Effect.fail(new ConnectionLost({ reason: "the session has ended" }))))
      connection.client.on("notification", ({ channel, payload }) => {
        for (const listener of listeners.get(channel) ?? []) {
          Runtime.runSync(runtime, tell(listener, payload ?? ""))
        }
      })
      session = connection
      failures = 0
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          session = undefined
        })
      )
      const listening = Effect.forEach([...listeners.keys()], (channel) =>
        listenTo(connection, channel), {
        concurrency: 1,
        discard: true
      })
      return yield* Effect.zipRight(listening, Effect.never).pipe(
        Effect.raceFirst(watch(connection, contact)),
        Effect.raceFirst(Deferred.await(hasEnded))
      )
    }).pipe(Effect.scoped)

    yield* connected.pipe(
      Effect.catchAllCause((cause) =>
        Cause.isInterruptedOnly(cause)
          ? Effect.void
          : Effect.when(Effect.logWarning(`${lost} (${messageOf(cause)})`), () => failures === 0)
      ),
      Effect.zipRight(Effect.suspend(() => Effect.sleep(Duration.millis(pause(++failures))))),
      Effect.forever,
      Effect.forkScoped
    )

    const notify: Context.Tag.Service<Notifications>["notify"] = (channel, payload = "") =>
      Effect.asVoid(writer`SELECT pg_notify(${channel}, ${payload})`)

    /** Channels to call for transactions that have committed. */
    const committed = new Set<string>()
    const isCommitted = Effect.unsafeMakeLatch()
    const callCommitted = Effect.suspend(() => {
      isCommitted.unsafeClose()
      const channels = [...committed]
      committed.clear()
      // A lost call is made up for by the next look of its hearers.
      return Effect.forEach(channels, (channel) => Effect.ignore(Effect.sandbox(notify(channel))), { discard: true })
    })
    yield* Effect.forkScoped(Effect.forever(Effect.zipRight(isCommitted.await, callCommitted)))

    const subscribe = (channel: string, listener: Listener) =>
      Effect.suspend(() => {
        const known = listeners.get(channel)
        if (known !== undefined) {
          known.add(listener)
          return tell(listener, "")
        }
        listeners.set(channel, new Set([listener]))
        // A connection that fails here is made again, and then listens to all channels.
        return session === undefined ? Effect.void : Effect.ignore(listenTo(session, channel))
      })

    const unsubscribe = (channel: string, listener: Listener) =>
      Effect.suspend(() => {
        const known = listeners.get(channel)
        known?.delete(listener)
        if (known?.size !== 0) return Effect.void
        listeners.delete(channel)
        return session === undefined ? Effect.void : Effect.ignore(session.command(`UNLISTEN ${quoted(channel)}`))
      })

    return {
      listen: (channel) =>
        Stream.unwrapScoped(Effect.gen(function*() {
          const listener = yield* Queue.unbounded<string>()
          yield* Effect.acquireRelease(subscribe(channel, listener), () => unsubscribe(channel, listener))
          return Stream.fromQueue(listener)
        })),
      notify,
      notifyAfterCommit: (channel) =>
        Effect.withFiberRuntime((fiber) => {
          const call = () => {
            committed.add(channel)
            isCommitted.unsafeOpen()
          }
          Option.match(currentChange(fiber), {
            onNone: call,
            onSome: ([change]) => change instanceof ChangeConnection ? change.afterCommit(call) : call()
          })
          return Effect.void
        })
    } satisfies Context.Tag.Service<Notifications>
  })
