import type { SqlError } from "@effect/sql"
import { Clock, Deferred, Duration, Effect, Option, Predicate, Queue } from "effect"
import { createHash } from "node:crypto"
import { pauseAfter } from "../../../policy/Backoff.ts"
import type { Sharing } from "../SharedPermits.ts"
import { ConnectionLost, failed } from "./Answers.ts"
import { PermitQueue } from "./PermitQueue.ts"
import type { PgConnection } from "./PgConnection.ts"
import type { OpenSession } from "./Session.ts"

/** Times by which a server that is cut off interrupts what runs, before the database gives its permits to others. */
export interface Times {
  /** Pause between two questions on an open session. */
  readonly heartbeat: Duration.Duration
  /** Time for an answer, after which the server gives up its session. */
  readonly answerTimeout: Duration.Duration
  /** Silence after which the database ends a session: longer than the two others together. */
  readonly silence: Duration.Duration
}

export const defaultTimes: Times = {
  heartbeat: Duration.seconds(1),
  answerTimeout: Duration.seconds(3),
  silence: Duration.seconds(8)
}

/** Pause of the one server that looks for a free permit while all are held. */
const poll = Duration.millis(20)

/** Time for which the sessions stay open without work. */
const linger = Duration.seconds(5)

/** Time for which operations wait while no session can be opened, as during a restart of the database. */
const patience = Duration.seconds(10)

const pause = pauseAfter({ kind: "exponential", base: Duration.millis(100), max: Duration.seconds(1) })

/** The first key of a name's locks; the second is a permit's number, or 0 for the turn. */
const keyOf = (name: string): number => createHash("sha256").update(`barista/permits/${name}`).digest().readInt32BE()

/** Fails once a session has ended. */
const endOf = ({ client }: PgConnection) =>
  Effect.async<never, SqlError.SqlError>((resume) =>
    void client.once("end", () => resume(Effect.fail(failed(new ConnectionLost({ reason: "the session has ended" })))))
  )

/**
 * Shares permits by advisory locks: one for each permit, and one for the turn to look for a free permit. Servers queue
 * for the turn first in, first out, so those with work take turns. A session holds the permits; another waits for the
 * turn, as a session that waits cannot give a permit back.
 */
export const make = (open: OpenSession, times: Times = defaultTimes) =>
  Effect.fnUntraced(function*(name: string, permits: number) {
    const key = keyOf(name)
    const numbers = Array.from({ length: permits }, (_, index) => index + 1)
    const queue = new PermitQueue(
      name,
      yield* Queue.dropping<void>(1),
      ({ number, session }) =>
        Effect.asVoid(session.execute("SELECT pg_advisory_unlock($1::int, $2::int)", [key, number]))
    )
    let failures = 0
    /** The first failure since a session was last opened, in milliseconds of the clock. */
    let failingSince: number | undefined

    const opened = (answerTimeout: Duration.Duration) =>
      Effect.tap(
        open(answerTimeout),
        (session) => session.command(`SET idle_session_timeout = ${Duration.toMillis(times.silence)}`)
      )

    /** Waits for a free permit, and passes on what is free. */
    const passFree = Effect.fnUntraced(function*(session: PgConnection) {
      while (queue.waiting > 0) {
        // a session may take a lock of its own again, so these are left out
        const others = numbers.filter((number) => !queue.holds(number))
        const rows = others.length === 0 ? [] : yield* session.execute(
          "SELECT n FROM unnest($2::int[]) AS n WHERE pg_try_advisory_lock($1::int, n) LIMIT $3",
          [key, others, queue.waiting]
        )
        for (const row of rows) {
          const number = Predicate.hasProperty(row, "n") ? Number(row.n) : Number.NaN
          yield* queue.pass({ number, session, lost: yield* Deferred.make<void>() })
        }
        if (rows.length > 0) return
        yield* Effect.timeoutOption(Queue.take(queue.called), poll)
      }
    })

    const serve = Effect.fnUntraced(function*(session: PgConnection, turn: PgConnection) {
      while (true) {
        if (queue.waiting === 0) {
          const call = yield* Effect.timeoutOption(Queue.take(queue.called), linger)
          if (Option.isNone(call) && queue.waiting === 0 && queue.held === 0) return
        } else {
          yield* turn.command(`SELECT pg_advisory_lock(${key}, 0)`)
          yield* passFree(session)
          yield* turn.command(`SELECT pg_advisory_unlock(${key}, 0)`)
        }
      }
    })

    /** Asks again and again, so that the session is not ended for its silence, and its loss is seen. */
    const keep = (session: PgConnection) =>
      Effect.forever(Effect.zipRight(Effect.sleep(times.heartbeat), session.command("SELECT 1")))

    /** Serves the queue by two sessions until there is nothing to do for a while. Fails once one of them is lost. */
    const connected = Effect.gen(function*() {
      const session = yield* opened(times.answerTimeout)
      // the turn comes when other servers have worked
      const turn = yield* opened(Duration.infinity)
      failures = 0
      failingSince = undefined
      yield* Effect.addFinalizer(() => Effect.sync(() => queue.loseAll()))
      // at once, as a statement that is interrupted on a lost session is waited for
      const untilLost = <A>(effect: Effect.Effect<A, SqlError.SqlError>) =>
        Effect.tapError(effect, (error) =>
          Effect.sync(() => {
            queue.loseAll()
            session.destroy(error)
            turn.destroy(error)
          }))
      const losses = [endOf(session), endOf(turn), keep(session), keep(turn)].map((loss) => untilLost(loss))
      yield* Effect.raceFirst(
        untilLost(serve(session, turn)),
        Effect.all(losses, { concurrency: "unbounded", discard: true })
      )
    }).pipe(Effect.scoped)

    const retryLater = Effect.fnUntraced(function*(error: SqlError.SqlError) {
      const now = yield* Clock.currentTimeMillis
      failingSince ??= now
      if (now - failingSince >= Duration.toMillis(patience)) queue.failAll(error)
      if (failures === 0) yield* Effect.logWarning(`the permits of ${name} are lost for now (${error.message})`)
      yield* Effect.sleep(Duration.millis(pause(++failures)))
    })

    yield* Queue.take(queue.called).pipe(
      Effect.zipRight(
        Effect.whileLoop({
          while: () => queue.waiting > 0,
          body: () => Effect.catchAll(connected, retryLater),
          step: () => undefined
        })
      ),
      Effect.forever,
      Effect.forkScoped
    )

    const withPermit = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
      const once = Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(restore(Effect.orDie(queue.take)), (permit) =>
          Effect.ensuring(
            restore(Effect.raceFirst(Effect.asSome(effect), Effect.as(Deferred.await(permit.lost), Option.none<A>()))),
            queue.give(permit)
          ))
      )
      const again: Effect.Effect<A, E, R> = Effect.flatMap(
        once,
        Option.match({ onNone: () => again, onSome: Effect.succeed })
      )
      return again
    }

    return ((party) => ({ withPermit: (effect) => party.withPermit(withPermit(effect)) })) satisfies Sharing
  })
