import { SqlClient, type SqlConnection, type SqlError } from "@effect/sql"
import { Clock, Duration, Effect, Exit, Function, Option } from "effect"
import { LinkedQueue } from "../../collections/LinkedQueue.ts"
import { isRecorded } from "../observability/Tracing.ts"
import { ChangeConnection, type Connection, currentChange, isOver, over } from "./ChangeConnection.ts"
import * as DatabaseCounters from "./DatabaseCounters.ts"
import { isLocked, waitForLock, waitForLockFor } from "./waitForLock.ts"

/**
 * Changes in one commit at most: the first of them waits for the last, and a crash takes all of them back, though a mail that one of them
 * records may have been sent. What the disk costs is a small part of what they cost by then.
 */
const most = 32

/** A connection that runs at once what groups changes. */
export interface GroupConnection extends Connection {
  readonly run: (sql: string) => Ended
}

type Ended = Exit.Exit<unknown, SqlError.SqlError>

export interface Options {
  readonly connection: GroupConnection
  /** How long a change waits for another process's lock. */
  readonly lockTimeout: Duration.Duration
  /** Is called after each commit; tells once it is on the disk, or that nobody can know whether it is. */
  readonly whenDurable?: (tell: (ended: Ended) => void) => void
  readonly counters?: DatabaseCounters.DatabaseCounters
  readonly endOfTurn?: (callback: () => void) => void
}

type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

interface Waiter {
  /** Set once it waits. */
  resume: ((turn: Effect.Effect<void>) => void) | undefined
  /** Whether it has its turn. */
  granted: boolean
}

/** A transaction of the database that several changes share. */
interface Group {
  /** Those that have ended. */
  changes: number
  /** Who is told of the commit. */
  readonly waiting: Array<(ended: Ended) => void>
  /** Whether the turn of the event loop in which it began is over. */
  isDue: boolean
}

/** What SQLite refuses within a transaction, or does nothing about. */
const ofNoTransaction = /^\s*(PRAGMA|VACUUM)\b/i

const span = { kind: "client", captureStackTrace: false, attributes: { "db.system.name": "sqlite" } } as const

/**
 * Gives a connection to one change after the other, first in first out. A change is not committed alone: those that come in the same turn of
 * the event loop, and those that wait when it is over, follow it in one transaction, each within a savepoint, and all of them are told of
 * its commit once that is on the disk, so that one wait for the disk serves them all. What one of them undoes is its own part only. The next
 * group does not wait for the disk: it begins when the one before is committed.
 */
export const make = (options: Options) => {
  const { connection, counters = DatabaseCounters.make(), endOfTurn = setImmediate } = options
  const { whenDurable = (tell) => tell(Exit.void) } = options
  const lockTimeout = Duration.toMillis(options.lockTimeout)
  const waiting = new LinkedQueue<Waiter>()
  let isHeld = false
  let group: Group | undefined
  /** Since when another process has the lock, as far as anybody has waited for it; milliseconds of the clock. */
  let lockedSince: number | undefined

  /** Ends a turn: commits where nobody follows or enough have gone before, and gives the next one its turn. */
  const pass = (): void => {
    const next = waiting.first
    if (group !== undefined && (group.changes >= most || (group.isDue && next === undefined))) commit(group)
    isHeld = next !== undefined
    if (next === undefined) {
      lockedSince = undefined
      return
    }
    waiting.remove(next)
    next.value.granted = true
    next.value.resume?.(Effect.void)
  }

  const commit = (shared: Group): void => settle(shared, connection.run("COMMIT"))

  /** Ends a group. A commit that is refused leaves its transaction open, and the next one would not begin. */
  const settle = (shared: Group, ended: Ended): void => {
    group = undefined
    const tell = (told: Ended): void => {
      for (const waiter of shared.waiting) waiter(told)
    }
    if (Exit.isFailure(ended)) {
      if (connection.inTransaction) connection.run("ROLLBACK")
      return tell(ended)
    }
    counters.groups++
    counters.changes += shared.changes
    whenDurable(tell)
  }

  const open = (): Ended =>
    Exit.map(connection.run("BEGIN IMMEDIATE"), () => {
      const opened: Group = { changes: 0, waiting: [], isDue: false }
      group = opened
      lockedSince = undefined
      endOfTurn(() => {
        opened.isDue = true
        if (group === opened && !isHeld) commit(opened)
      })
    })

  /** Begins a transaction as soon as no other process has the lock. Who came after somebody had met it waits as long as that one. */
  const openUnlocked = (arrived: number | undefined) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      lockedSince ??= now
      const until = (arrived ?? lockedSince) + lockTimeout
      return waitForLock(Effect.suspend(open), until, counters)
    })

  const queue = (restore: Restore) =>
    Effect.suspend(() => {
      const waiter: Waiter = { granted: false, resume: undefined }
      const entry = waiting.add(waiter)
      const turn = Effect.async<void>((resume) => {
        if (waiter.granted) resume(Effect.void)
        else waiter.resume = resume
      })
      return Effect.onError(restore(turn), () =>
        // the turn may have come in the very moment of the interruption
        Effect.sync(() => waiter.granted ? pass() : waiting.remove(entry)))
    })

  /** Waits for a turn. Answers the time of arrival where another process's lock is what everybody waits for. */
  const take = (restore: Restore): Effect.Effect<number | undefined> =>
    Effect.suspend(() => {
      if (!isHeld) {
        isHeld = true
        return Exit.succeed(undefined)
      }
      return lockedSince === undefined
        ? Effect.as(queue(restore), undefined)
        : Effect.zipLeft(Clock.currentTimeMillis, queue(restore))
    })

  /** Begins a change within the open group. */
  const save = (): Ended => {
    const begun = connection.run("SAVEPOINT barista_change")
    if (Exit.isSuccess(begun)) return begun
    if (group !== undefined) settle(group, begun)
    pass()
    return begun
  }

  /** Waits for a turn, and begins a change. */
  const begin = (restore: Restore): Effect.Effect<unknown, SqlError.SqlError> =>
    Effect.flatMap(take(restore), (arrived) => {
      const opened = group === undefined ? open() : Exit.void
      if (Exit.isSuccess(opened)) return save()
      return Effect.zipRight(
        // whether it fails or is interrupted: a group that it has opened by then ends with the turn of the event loop
        Effect.onError(restore(Effect.catchIf(opened, isLocked, () => openUnlocked(arrived))), () => Effect.sync(pass)),
        Effect.suspend(save)
      )
    })

  /** Ends a change, undone or not, with the commit. Where its savepoint is gone, SQLite has undone the whole group. */
  const end = (isUndone: boolean) =>
    Effect.async<unknown, SqlError.SqlError>((resume) => {
      if (group === undefined) return resume(Effect.dieMessage("a change ended that had not begun"))
      group.waiting.push(resume)
      const undone = isUndone ? connection.run("ROLLBACK TO barista_change") : Exit.void
      const released = Exit.isFailure(undone) ? undone : connection.run("RELEASE barista_change")
      // it then says that there is no such savepoint, which is not why
      const left = Exit.isFailure(released) && !connection.inTransaction ? over : released
      if (Exit.isFailure(left)) settle(group, left)
      else group.changes++
      pass()
    })

  /** Runs an effect as a change, which ends with the commit; tells when the effect itself has ended. */
  const change = <A, E, R>(
    effect: Effect.Effect<A, E, R>,
    ended: () => void
  ): Effect.Effect<A, E | SqlError.SqlError, R> =>
    Effect.uninterruptibleMask((restore) =>
      begin(restore).pipe(
        Effect.zipRight(Effect.exit(restore(effect))),
        Effect.flatMap((exit) => {
          ended()
          return Effect.zipRight(end(Exit.isFailure(exit)), exit)
        })
      )
    )

  /** Runs an effect between two groups. */
  const apart = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(take(restore), () => {
        if (group !== undefined) commit(group)
        return Effect.ensuring(restore(effect), Effect.sync(pass))
      })
    )

  /** Runs a statement that stands alone. */
  const statement = <A, R>(effect: Effect.Effect<A, SqlError.SqlError, R>, sql: string) =>
    ofNoTransaction.test(sql)
      ? apart(waitForLockFor(options.lockTimeout, counters)(effect))
      : change(effect, Function.constVoid)

  /** Runs an effect within a savepoint of the change that its fiber is in. */
  const nested = <A, E, R>(own: SqlConnection.Connection, depth: number, effect: Effect.Effect<A, E, R>) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.suspend(() =>
        connection.inTransaction && !isOver(own) ? connection.run(`SAVEPOINT barista_${depth}`) : over
      ).pipe(
        Effect.zipRight(Effect.exit(restore(effect))),
        Effect.flatMap((exit) => {
          // what has outlived its change: a savepoint of that name would be another change's by now
          if (isOver(own)) return Effect.orDie(over)
          const undone = Exit.isFailure(exit) ? connection.run(`ROLLBACK TO barista_${depth}`) : Exit.void
          const left = Exit.isFailure(undone) ? undone : connection.run(`RELEASE barista_${depth}`)
          // the change must not go on with what it believes to be undone
          return Effect.zipRight(Effect.orDie(left), exit)
        })
      )
    )

  const within = <A, E, R>(own: SqlConnection.Connection, depth: number, effect: Effect.Effect<A, E, R>) =>
    Effect.provideService(effect, SqlClient.TransactionConnection, [own, depth])

  const transaction = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | SqlError.SqlError, R> =>
    Effect.withFiberRuntime<A, E | SqlError.SqlError, R>((fiber) => {
      const run = Option.match(currentChange(fiber), {
        onNone: () => {
          const own = new ChangeConnection(connection)
          return change(within(own, 0, effect), () => own.end())
        },
        onSome: ([outer, depth]) => {
          if (!(outer instanceof ChangeConnection)) return nested(outer, depth + 1, within(outer, depth + 1, effect))
          const own = outer.nested()
          return outer.turns.withPermits(1)(nested(own, depth + 1, within(own, depth + 1, effect)))
        }
      })
      return isRecorded(fiber) ? Effect.withSpan(run, "sql.transaction", span) : run
    })

  /** The connection within a change, until the scope closes. */
  const reserve: SqlConnection.Connection.Acquirer = Effect.uninterruptibleMask((restore) =>
    begin(restore).pipe(
      Effect.zipRight(Effect.addFinalizer((exit) => Effect.orDie(end(Exit.isFailure(exit))))),
      Effect.as(connection)
    )
  )

  return { apart, reserve, statement, transaction }
}
