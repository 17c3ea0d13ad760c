/** The work of a database since its start, as plain numbers: metrics read them, and counting one costs an addition. */
export interface DatabaseCounters {
  /** Groups of changes that were committed, and the changes in them, undone ones included. */
  groups: number
  changes: number
  /** Statements tried again because another process had the lock, and those given up after `DATABASE_LOCK_TIMEOUT`. */
  lockRetries: number
  lockTimeouts: number
  /** Waits for the disk, the milliseconds they took in all, and the longest one. */
  syncs: number
  syncMilliseconds: number
  longestSyncMilliseconds: number
  /** Checkpoints of the write-ahead log, the milliseconds they took in all, and those that failed. */
  checkpoints: number
  checkpointMilliseconds: number
  failedCheckpoints: number
  /** Frames in the write-ahead log when last counted, one a page. */
  logFrames: number
}

export const make = (): DatabaseCounters => ({
  groups: 0,
  changes: 0,
  lockRetries: 0,
  lockTimeouts: 0,
  syncs: 0,
  syncMilliseconds: 0,
  longestSyncMilliseconds: 0,
  checkpoints: 0,
  checkpointMilliseconds: 0,
  failedCheckpoints: 0,
  logFrames: 0
})
