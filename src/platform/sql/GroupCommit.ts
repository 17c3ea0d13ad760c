import { SqlClient, type SqlConnection, type SqlError } from "@effect/sql"
import { Deferred, Effect, type Exit } from "effect"
import { LinkedQueue } from "../../policy/LinkedQueue.ts"

/**
 * Changes in one commit at most: the first of them waits for the last, and a crash takes all of them back, though a mail that one of them
 * records may have been sent. Three quarters of what the disk costs are saved by four.
 */
const most = 8

interface Waiter {
  readonly resume: (effect: Effect.Effect<void>) => void
  /** Whether it has its turn. */
  granted: boolean
}

/** A transaction of the database that several changes share. */
interface Group {
  changes: number
  readonly committed: Deferred.Deferred<void, SqlError.SqlError>
}

/** What an end is to a change: its own, or one that undoes it. */
type End = Exit.Exit<unknown, unknown>["_tag"]

/**
 * Gives a connection to one change after the other, first in first out. A change that others wait behind is not committed alone: those
 * that wait follow it in one transaction, each within a savepoint, and all of them are told of its commit, so that one wait for the disk
 * serves them all. What one of them undoes is its own part only.
 */
export const make = (connection: SqlConnection.Connection) => {
  const waiting = new LinkedQueue<Waiter>()
  let held = false
  let group: Group | undefined
  /** Whether the change whose turn it is shares its transaction. */
  let shares = false

  const run = (sql: string) => Effect.asVoid(connection.execute(sql, [], undefined))

  const take = Effect.suspend(() => {
    if (held) return queue
    held = true
    return Effect.void
  })

  const queue = Effect.async<void>((resume) => {
    const waiter: Waiter = { resume, granted: false }
    const entry = waiting.add(waiter)
    // the turn may have come in the very moment of the interruption
    return Effect.suspend(() => waiter.granted ? Effect.ignore(close) : Effect.sync(() => waiting.remove(entry)))
  })

  const next = (): void => {
    const entry = waiting.first
    shares = false
    held = entry !== undefined
    if (entry === undefined) return
    waiting.remove(entry)
    entry.value.granted = true
    entry.value.resume(Effect.void)
  }

  /** Begins the change whose turn it is; `alone` where there is nobody to share with. */
  const begin = (alone: Effect.Effect<void, SqlError.SqlError>) =>
    Effect.suspend(() => {
      if (group === undefined && waiting.first === undefined) return alone
      const opened = group === undefined
        ? Effect.zipWith(run("BEGIN IMMEDIATE"), Deferred.make<void, SqlError.SqlError>(), (_, committed) => {
          group = { changes: 0, committed }
        })
        : Effect.void
      return Effect.zipRight(
        opened,
        Effect.map(run("SAVEPOINT barista_change"), () => {
          shares = true
          if (group !== undefined) group.changes++
        })
      )
    })

  /** Ends the turn: goes on with the next in the group, if there is one and room for it, and else commits. */
  const close = Effect.suspend(() => {
    const shared = group
    if (shared === undefined) return Effect.sync(next)
    if (waiting.first === undefined || shared.changes >= most) return settle(shared, commit)
    return Effect.zipRight(Effect.sync(next), Deferred.await(shared.committed))
  })

  // a commit that is refused leaves its transaction open, and the next one would not begin
  const commit = Effect.tapError(run("COMMIT"), () => Effect.ignore(run("ROLLBACK")))

  const settle = (shared: Group, ending: Effect.Effect<void, SqlError.SqlError>) =>
    Effect.flatMap(Effect.exit(ending), (exit) => {
      group = undefined
      next()
      return Effect.zipRight(Deferred.done(shared.committed, exit), exit)
    })

  /** Ends a change within the group; where its savepoint is gone, SQLite has rolled the whole group back. */
  const leave = (shared: Group, end: End) => {
    const release = run("RELEASE barista_change")
    return (end === "Success" ? release : Effect.zipRight(run("ROLLBACK TO barista_change"), release)).pipe(
      Effect.matchEffect({
        onFailure: (error) => settle(shared, Effect.zipRight(Effect.ignore(run("ROLLBACK")), Effect.fail(error))),
        onSuccess: () => close
      })
    )
  }

  const end = (how: End, alone: Effect.Effect<void, SqlError.SqlError>) =>
    Effect.suspend(() =>
      shares && group !== undefined ? leave(group, how) : Effect.ensuring(alone, Effect.ignore(close))
    )

  /** The connection for one statement outside of a transaction, until the scope closes. */
  const statement: SqlConnection.Connection.Acquirer = Effect.uninterruptibleMask((restore) =>
    restore(take).pipe(
      Effect.zipRight(Effect.addFinalizer(({ _tag }) => Effect.orDie(end(_tag, Effect.void)))),
      Effect.zipRight(begin(Effect.void)),
      Effect.as(connection)
    )
  )

  /** Of a transaction alone; what has not begun has nothing to roll back. */
  let begun = false

  const transaction = SqlClient.makeWithTransaction({
    transactionTag: SqlClient.TransactionConnection,
    spanAttributes: [["db.system.name", "sqlite"]],
    acquireConnection: Effect.as(take, [undefined, connection] as const),
    begin: () =>
      Effect.suspend(() => {
        begun = false
        return Effect.tap(begin(run("BEGIN IMMEDIATE")), () => {
          begun = true
        })
      }),
    commit: () => end("Success", commit),
    rollback: () => end("Failure", Effect.suspend(() => begun ? run("ROLLBACK") : Effect.void)),
    savepoint: (_, id) => run(`SAVEPOINT barista_${id}`),
    rollbackSavepoint: (_, id) => run(`ROLLBACK TO SAVEPOINT barista_${id}`)
  })

  return { statement, transaction }
}
