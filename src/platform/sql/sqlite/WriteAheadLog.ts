import { type Duration, Effect, Exit } from "effect"
import { closeSync, openSync } from "node:fs"
import { term } from "../../../domain/Term.ts"
import { workerFile } from "../../workers/entry.ts"
import * as WorkerPool from "../../workers/WorkerPool.ts"
import type { DatabaseCounters } from "../DatabaseCounters.ts"
import { logMark } from "./logMark.ts"
import * as SharedSync from "./SharedSync.ts"
import type { SqliteConnection } from "./SqliteConnection.ts"
import { waitForLockFor } from "./waitForLock.ts"

// Measured in turns on two busy cores, with 64 concurrent transfers of five statements, and beside a loop that reads:
//
// | sync of a commit       | processor time of a transfer, ms | reads a second   | transfers a second |
// | ---------------------- | -------------------------------- | ---------------- | ------------------ |
// | on the event loop      | 0.07 to 0.09                     | 2                | 2,300 to 4,300     |
// | on libuv's threads     | 0.06 to 0.10                     | 1,700 to 4,900   | 1,600 to 2,800     |
// | on a writer thread     | 0.58 to 0.75                     | 14,000 to 18,000 | 220 to 260         |
//
// The second way is used here. A writer thread costs one message a statement.

/**
 * Frames, of one page each, after which the log is copied into the database: 16 MiB. SQLite's own 1,000 would stop
 * changes four times as often, and copy frequently changed pages more often.
 */
const longLog = 4000

/** Commits between two counts of the log's frames, which cost some microseconds each. */
const lookEvery = 16

/** Copies the whole log into a database, on a thread. */
export type CheckpointCalls = {
  readonly checkpoint: { readonly input: { readonly file: string }; readonly answer: CheckpointAnswer }
}

export interface CheckpointAnswer {
  /** True if the whole log was copied and restarted. False while another process still reads frames of the old log. */
  readonly isWhole: boolean
  readonly failure: string | undefined
}

export interface Options {
  /** Time that a statement waits for another process's lock. */
  readonly lockTimeout: Duration.Duration
  readonly counters: DatabaseCounters
}

/**
 * Opens the write-ahead log of a database, so that syncs do not block the event loop. A commit only writes to the log
 * (synchronous = NORMAL). One fdatasync on libuv's threads then makes the commit durable, and only then does the change
 * complete.
 *
 * After a power cut SQLite recovers whole commits in order, at least up to the last completed one. A log's header is on
 * the disk before its first frame, and each frame's checksum covers earlier frames. Readers also see commits that still
 * wait for the disk, which only a power cut can undo.
 *
 * A checkpoint and a new log's header also wait for the disk. Both run on a thread, while changes wait for a turn.
 * One wait is left on the event loop: that of the header, after another process has copied the whole log.
 */
export const open = Effect.fnUntraced(function*(connection: SqliteConnection, options: Options) {
  const { counters } = options
  const patiently = waitForLockFor(options.lockTimeout, counters)
  const [[, , file] = []] = yield* connection.values("PRAGMA database_list")
  const threads = yield* WorkerPool.make<CheckpointCalls>({
    name: term("points de contrôle", "checkpoints"),
    file: workerFile("Checkpoint"),
    threads: 1,
    places: 1
  })
  const due = Effect.unsafeMakeLatch()
  let commits = 0
  let long = longLog

  /** Counts the log's frames, outside of a transaction. Returns true if the next commit restarts the log. */
  const look = () =>
    Exit.map(connection.values("PRAGMA wal_checkpoint(NOOP)"), ([counted = []]) => {
      const [, frames, copied] = counted
      counters.logFrames = Number(frames)
      return frames === copied
    })

  if (yield* patiently(Effect.suspend(look))) yield* patiently(Effect.suspend(() => connection.run(logMark)))

  const descriptor = yield* Effect.acquireRelease(
    Effect.sync(() => openSync(`${file}-wal`, "r")),
    // SQLite's locks are on other files, so closing this descriptor releases none of them (fcntl, POSIX).
    (opened) => Effect.sync(() => closeSync(opened))
  )
  const synced = SharedSync.make(yield* SharedSync.Disk, descriptor, counters)

  const checkpoint = Effect.suspend(() => {
    const began = performance.now()
    due.unsafeClose()
    return Effect.map(threads.callPatiently("checkpoint", { file: String(file) }), (answer) => {
      counters.checkpoints++
      counters.checkpointMilliseconds += performance.now() - began
      return answer
    })
  }).pipe(
    Effect.catchAllDefect((defect) => Effect.succeed({ isWhole: false, failure: String(defect) })),
    Effect.flatMap(({ failure, isWhole }) => {
      look()
      long = isWhole ? longLog : counters.logFrames + longLog
      if (failure === undefined) return Effect.void
      counters.failedCheckpoints++
      return Effect.logWarning("cannot copy the write-ahead log into the database; the log keeps growing", failure)
    })
  )

  return {
    /** Called after each commit. Calls `tell` once the commit is on the disk, or once its durability is unknown. */
    whenDurable: (tell: (synced: SharedSync.Synced) => void): void => {
      commits++
      if (commits % lookEvery === 0) {
        look()
        if (counters.logFrames >= long) due.unsafeOpen()
      }
      synced(tell)
    },
    /** Completes when the log is long enough for a checkpoint. */
    isLong: due.await,
    /** Copies the log into the database and restarts it. To be run while no change runs. */
    checkpoint
  }
})
