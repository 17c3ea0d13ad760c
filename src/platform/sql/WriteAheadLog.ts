import { type Duration, Effect, Exit } from "effect"
import { closeSync, openSync } from "node:fs"
import { term } from "../../domain/Term.ts"
import { workerFile } from "../workers/entry.ts"
import * as WorkerThread from "../workers/WorkerThread.ts"
import type { DatabaseCounters } from "./DatabaseCounters.ts"
import { logMark } from "./logMark.ts"
import * as SharedSync from "./SharedSync.ts"
import type { SqliteConnection } from "./SqliteConnection.ts"
import { waitForLockFor } from "./waitForLock.ts"

// Three ways were measured in turns on two busy cores: transfers of five statements, 64 at once. Processor time of one: 0.07 to 0.09 ms with
// the sync on the event loop, 0.06 to 0.10 this way, 0.58 to 0.75 on a writer thread, which costs a message a statement. Beside a loop that
// reads: 2 reads a second, 1,700 to 4,900, and 14,000 to 18,000, at 2,300 to 4,300 transfers a second, 1,600 to 2,800, and 220 to 260.

/**
 * Frames, of a page each, after which the log is copied into the database: 16 MiB. SQLite's own 1,000 would hold changes up four times as
 * often, and copy again what changes often.
 */
const longLog = 4000

/** Commits between two looks at the log's length, which cost some microseconds each. */
const lookEvery = 16

/** Copies the whole log into a database, on a thread. */
export type CheckpointCalls = {
  readonly checkpoint: { readonly input: { readonly file: string }; readonly answer: CheckpointAnswer }
}

export interface CheckpointAnswer {
  /** Whether the whole log was copied and is begun anew: not while another process reads what it was before. */
  readonly isWhole: boolean
  readonly failure: string | undefined
}

export interface Options {
  /** How long a statement waits for another process's lock. */
  readonly lockTimeout: Duration.Duration
  readonly counters: DatabaseCounters
}

/**
 * The write-ahead log of a database, whose waits for the disk keep no event loop. A commit only writes to the log (synchronous = NORMAL);
 * one fdatasync on libuv's threads then makes it durable, and nobody is told of it before.
 *
 * After a power cut SQLite finds whole commits, in their order, up to some moment after the last one that was told: a log's header is on the
 * disk before its first frame, and each frame's checksum covers those before it. Readers also see commits that still wait for the disk; only
 * a power cut can take these back.
 *
 * The other two waits for the disk, a checkpoint's and the one for a new log's header, happen on a thread, while changes wait for their turn.
 * One is left on the loop: the header's, after another process has copied the whole log.
 */
export const open = Effect.fnUntraced(function*(connection: SqliteConnection, options: Options) {
  const { counters } = options
  const patiently = waitForLockFor(options.lockTimeout, counters)
  const [[, , file] = []] = yield* connection.values("PRAGMA database_list")
  const threads = yield* WorkerThread.make<CheckpointCalls>({
    name: term("points de contrôle", "checkpoints"),
    file: workerFile("Checkpoint"),
    threads: 1,
    places: 1
  })
  const due = Effect.unsafeMakeLatch()
  let commits = 0
  let long = longLog

  /** Counts the log's frames; to be called outside of a transaction. Answers whether the next commit begins the log anew. */
  const look = () =>
    Exit.map(connection.values("PRAGMA wal_checkpoint(NOOP)"), ([counted = []]) => {
      const [, frames, copied] = counted
      counters.logFrames = Number(frames)
      return frames === copied
    })

  if (yield* patiently(Effect.suspend(look))) yield* patiently(Effect.suspend(() => connection.run(logMark)))

  const descriptor = yield* Effect.acquireRelease(
    Effect.sync(() => openSync(`${file}-wal`, "r")),
    // SQLite's locks are on other files: closing this one gives up none of them (fcntl, POSIX)
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
      return Effect.logWarning("the write-ahead log could not be copied into the database; it grows on", failure)
    })
  )

  return {
    /** Is called after each commit; tells once that one is on the disk, or that nobody can know. */
    whenDurable: (tell: (synced: SharedSync.Synced) => void): void => {
      commits++
      if (commits % lookEvery === 0) {
        look()
        if (counters.logFrames >= long) due.unsafeOpen()
      }
      synced(tell)
    },
    /** Ends when the log is long enough for a checkpoint. */
    isLong: due.await,
    /** Copies the log into the database and begins it anew; to be run while nobody changes anything. */
    checkpoint
  }
})
