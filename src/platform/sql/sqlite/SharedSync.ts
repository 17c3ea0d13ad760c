import { SqlError } from "@effect/sql"
import { Context, Data, Exit } from "effect"
import { fdatasync } from "node:fs"
import { haltProcess } from "../../process/haltProcess.ts"
import type { DatabaseCounters } from "../DatabaseCounters.ts"

/** The disk under the database. A reference, so that a test can delay a sync or make a sync fail. */
export class Disk extends Context.Reference<Disk>()("barista/platform/sql/Disk", {
  defaultValue: () => ({
    /** Syncs a file's data to the disk, on a thread of libuv's pool. */
    sync: (descriptor: number, done: (failure: Error | null) => void): void => fdatasync(descriptor, done),
    /** Ends the process, because other commits may be built on a commit that is lost. */
    lost: (failure: Error): void => haltProcess(`cannot sync the database to its disk (${failure.message})`)
  })
}) {}

/** A failed sync left it unknown whether a commit survives a power cut. */
export class CommitUncertain extends Data.TaggedError("CommitUncertain")<{ readonly failure: Error }> {}

/** Result of a disk sync. */
export type Synced = Exit.Exit<void, SqlError.SqlError>

/**
 * Shares disk syncs. One sync runs at a time, and commits that arrive meanwhile share the next one. A failed sync is
 * final, because the kernel may drop the data and let the next sync succeed. After a failure every commit fails, and
 * `Disk.lost` is called.
 */
export const make = (disk: Context.Tag.Service<Disk>, descriptor: number, counters: DatabaseCounters) => {
  let waiting: Array<(synced: Synced) => void> = []
  let isRunning = false
  let uncertain: Synced | undefined

  const count = (milliseconds: number): void => {
    counters.syncs++
    counters.syncMilliseconds += milliseconds
    counters.longestSyncMilliseconds = Math.max(counters.longestSyncMilliseconds, milliseconds)
  }

  const give = (failure: Error, told: typeof waiting): void => {
    const cause = new CommitUncertain({ failure })
    const lost: Synced = Exit.fail(new SqlError.SqlError({ cause, message: "the commit may not survive a power cut" }))
    uncertain = lost
    disk.lost(failure)
    for (const tell of [...told, ...waiting]) tell(lost)
  }

  const run = (): void => {
    const told = waiting
    const began = performance.now()
    waiting = []
    isRunning = true
    disk.sync(descriptor, (failure) => {
      isRunning = false
      count(performance.now() - began)
      if (failure !== null) return give(failure, told)
      if (waiting.length > 0) run()
      for (const tell of told) tell(Exit.void)
    })
  }

  /** Calls `tell` once all data written by now is on the disk. */
  return (tell: (synced: Synced) => void): void => {
    if (uncertain !== undefined) return tell(uncertain)
    waiting.push(tell)
    if (!isRunning) run()
  }
}
