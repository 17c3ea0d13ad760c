// `withTransaction` of @effect/sql 0.52.1 syncs the disk for each change. Measured were durable changes of two updates,
// a second. With 64 callers
// @effect/sql-sqlite-node 0.53.0 made 166 to 211, and this module 2,510 to 5,085. With one caller the library made 194
// to 206, and this module 181 to 332.
import { SqlClient, type SqlConnection, type SqlError } from "@effect/sql"
import { Clock, Duration, Effect, Exit, Function, Option } from "effect"
import { LinkedQueue } from "../../../collections/LinkedQueue.ts"
import { type SharedCommit, waitFor } from "../../../domain/Wait.ts"
import { leafSpan } from "../../observability/Tracing.ts"
import { ChangeConnection, currentChange, isOver, over, type WriterConnection } from "../ChangeConnection.ts"
import * as DatabaseCounters from "../DatabaseCounters.ts"
import { isLocked, waitForLock, waitForLockFor } from "./waitForLock.ts"

/**
 * Limit of changes in one commit. The first change waits for the last, and a crash takes all back, even if a mail
 * recorded by one was sent. At this number the disk is a small part of the cost.
 */
const most = 32

/** A connection that also runs a statement synchronously. */
export interface GroupConnection extends WriterConnection {
  readonly run: (sql: string) => Ended
}

type Ended = Exit.Exit<unknown, SqlError.SqlError>

export interface Options {
  readonly connection: GroupConnection
  /** Time that a change waits for another process's lock. */
  readonly lockTimeout: Duration.Duration
  /** Called after each commit. Calls `tell` once the commit is on the disk, or once its durability is unknown. */
  readonly whenDurable?: (tell: (ended: Ended) => void) => void
  readonly counters?: DatabaseCounters.DatabaseCounters
  readonly endOfTurn?: (callback: () => void) => void
}

type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

interface Waiter {
  /** Set once the waiter waits. */
  resume: ((turn: Effect.Effect<void>) => void) | undefined
  /** True once it is the waiter's turn. */
  granted: boolean
}

/** A transaction of the database that several changes share. */
interface Group {
  /** The commit, with the number of changes that have ended. */
  readonly shared: SharedCommit
  /** Callbacks waiting for the commit. */
  readonly waiting: Array<(ended: Ended) => void>
  /** True once the turn of the event loop that began the group is over. */
  isDue: boolean
}

/** Matches statements that SQLite rejects or ignores within a transaction. */
const ofNoTransaction = /^\s*(PRAGMA|VACUUM)\b/i

const span = { kind: "client", captureStackTrace: false, attributes: { "db.system.name": "sqlite" } } as const

/**
 * Runs changes on one connection, first in first out, and commits up to 32 together, so that they share one disk sync.
 * Each change has a savepoint, so a failure undoes only itself. A group takes the changes of one turn of the event
 * loop, and those that wait when the turn is over. All changes of a group complete once their commit is on the disk.
 * The next group begins right after the commit, before the sync.
 */
export const make = (options: Options) => {
  const { connection, counters = DatabaseCounters.make(), endOfTurn = setImmediate } = options
  const { whenDurable = (tell) => tell(Exit.void) } = options
  const lockTimeout = Duration.toMillis(options.lockTimeout)
  const waiting = new LinkedQueue<Waiter>()
  let isHeld = false
  let group: Group | undefined
  let groups = 0
  /** Time since when another process holds the lock and a change waits for it; milliseconds of the clock. */
  let lockedSince: number | undefined

  const waitsForTurn = waitFor("turn", () => group === undefined ? {} : { group: group.shared.number })

  /** Ends a turn. Commits if no change follows or the group is full, and gives the next change its turn. */
  const pass = (): void => {
    const next = waiting.first
    if (group !== undefined && (group.shared.changes >= most || (group.isDue && next === undefined))) commit(group)
    isHeld = next !== undefined
    if (next === undefined) {
      lockedSince = undefined
      return
    }
    waiting.remove(next)
    next.value.granted = true
    next.value.resume?.(Effect.void)
  }

  const commit = (due: Group): void => {
    due.shared.began = performance.now()
    settle(due, connection.run("COMMIT"))
  }

  /**
   * Ends a group. A failed commit leaves its transaction open, which must be rolled back before the next one can begin.
   */
  const settle = ({ shared, waiting: told }: Group, ended: Ended): void => {
    group = undefined
    const tell = (outcome: Ended): void => {
      shared.ended = performance.now()
      for (const waiter of told) waiter(outcome)
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
      const opened: Group = {
        shared: { number: ++groups, changes: 0, began: undefined, ended: undefined },
        waiting: [],
        isDue: false
      }
      group = opened
      lockedSince = undefined
      endOfTurn(() => {
        opened.isDue = true
        if (group === opened && !isHeld) commit(opened)
      })
    })

  /**
   * Begins a transaction as soon as no other process has the lock. Changes that arrived during the wait keep the full
   * timeout, counted from their arrival.
   */
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
      }, waitsForTurn)
      return Effect.onError(restore(turn), () =>
        // The turn may have come at the moment of the interruption.
        Effect.sync(() => waiter.granted ? pass() : waiting.remove(entry)))
    })

  /** Waits for a turn. Returns the time of arrival if another process's lock holds up the whole queue. */
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
        // Runs after a failure and after an interruption alike. A group opened by then ends with the turn of the event
        // loop.
        Effect.onError(restore(Effect.catchIf(opened, isLocked, () => openUnlocked(arrived))), () => Effect.sync(pass)),
        Effect.suspend(save)
      )
    })

  /**
   * Ends a change, undone or not, and waits for the commit. A missing savepoint means that SQLite has undone the whole
   * group.
   */
  const end = (isUndone: boolean) => {
    let commit: SharedCommit | undefined
    return Effect.async<unknown, SqlError.SqlError>((resume) => {
      if (group === undefined) return resume(Effect.dieMessage("ended a change that had not begun"))
      commit = group.shared
      group.waiting.push(resume)
      const undone = isUndone ? connection.run("ROLLBACK TO barista_change") : Exit.void
      const released = Exit.isFailure(undone) ? undone : connection.run("RELEASE barista_change")
      // SQLite would report a missing savepoint, which is not the cause.
      const left = Exit.isFailure(released) && !connection.inTransaction ? over : released
      if (Exit.isFailure(left)) settle(group, left)
      else group.shared.changes++
      pass()
    }, waitFor("commit", () => commit === undefined ? {} : { commit }))
  }

  /** Runs an effect as a change, which ends with the commit. Calls `ended` when the effect itself has ended. */
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

  /** Runs a single statement outside of a transaction. */
  const statement = <A, R>(effect: Effect.Effect<A, SqlError.SqlError, R>, sql: string) =>
    ofNoTransaction.test(sql)
      ? apart(waitForLockFor(options.lockTimeout, counters)(effect))
      : change(effect, Function.constVoid)

  /** Runs an effect within a savepoint of its fiber's change. */
  const nested = <A, E, R>(own: SqlConnection.Connection, depth: number, effect: Effect.Effect<A, E, R>) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.suspend(() =>
        connection.inTransaction && !isOver(own) ? connection.run(`SAVEPOINT barista_${depth}`) : over
      ).pipe(
        Effect.zipRight(Effect.exit(restore(effect))),
        Effect.flatMap((exit) => {
          // The effect has outlived its change. A savepoint of that name would belong to another change by now.
          if (isOver(own)) return Effect.orDie(over)
          const undone = Exit.isFailure(exit) ? connection.run(`ROLLBACK TO barista_${depth}`) : Exit.void
          const left = Exit.isFailure(undone) ? undone : connection.run(`RELEASE barista_${depth}`)
          // The change must not continue with changes that it believes undone.
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
          return outer.permit.withPermits(1)(nested(own, depth + 1, within(own, depth + 1, effect)))
        }
      })
      return leafSpan(fiber, "sql.transaction", () => span, run)
    })

  /** Reserves the connection within a change, until the scope closes. */
  const reserve: SqlConnection.Connection.Acquirer = Effect.uninterruptibleMask((restore) =>
    begin(restore).pipe(
      Effect.zipRight(Effect.addFinalizer((exit) => Effect.orDie(end(Exit.isFailure(exit))))),
      Effect.as(connection)
    )
  )

  return { apart, reserve, statement, transaction }
}
