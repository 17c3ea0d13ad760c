import Sqlite from "better-sqlite3"
import { parentPort } from "node:worker_threads"
import type { Request } from "../../workers/WorkerPool.ts"
import { logMark } from "./logMark.ts"
import type { CheckpointAnswer, CheckpointCalls } from "./WriteAheadLog.ts"

let database: Sqlite.Database | undefined

/**
 * Opens the database and keeps it open. SQLite defers closing a file's descriptor while another connection of the
 * process has locks on the file.
 */
const open = (file: string): Sqlite.Database => {
  const opened = new Sqlite(file, { timeout: 1000 })
  opened.pragma("wal_autocheckpoint = 0")
  return opened
}

const checkpoint = (file: string): CheckpointAnswer => {
  try {
    database ??= open(file)
    const copied = () => database?.prepare<[], { log: number; checkpointed: number }>("PRAGMA wal_checkpoint").get()
    const pages = copied()
    // A reader still needs the frames that a restart of the log would overwrite.
    if (pages === undefined || pages.checkpointed < pages.log) return { isWhole: false, failure: undefined }
    // The database has everything, so the next commit restarts the log.
    database.exec(logMark)
    return { isWhole: true, failure: undefined }
  } catch (error) {
    return { isWhole: false, failure: String(error) }
  }
}

parentPort?.on("message", ({ input }: Request<CheckpointCalls>) => parentPort?.postMessage(checkpoint(input.file)))
