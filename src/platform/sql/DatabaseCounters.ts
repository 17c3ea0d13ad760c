/** The work of a database since its start, as plain numbers for the metrics. Counting costs one addition. */
export interface DatabaseCounters {
  /** Committed groups of changes, and the changes in them, undone ones included. */
  groups: number
  changes: number
  /** Statements retried because another process had the lock, and statements given up after `DATABASE_LOCK_TIMEOUT`. */
  lockRetries: number
  lockTimeouts: number
  /** Disk syncs, their milliseconds in all, and the longest one. */
  syncs: number
  syncMilliseconds: number
  longestSyncMilliseconds: number
  /** Checkpoints of the write-ahead log, their milliseconds in all, and failed ones. */
  checkpoints: number
  checkpointMilliseconds: number
  failedCheckpoints: number
  /** Frames in the write-ahead log at the last count. A frame holds one page. */
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
