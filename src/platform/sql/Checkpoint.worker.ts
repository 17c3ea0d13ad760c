import Sqlite from "better-sqlite3"
import { parentPort } from "node:worker_threads"
import type { Request } from "../workers/WorkerThread.ts"
import { logMark } from "./logMark.ts"
import type { CheckpointAnswer, CheckpointCalls } from "./WriteAheadLog.ts"

let database: Sqlite.Database | undefined

/** Kept open: what SQLite closes while another connection of the process has locks on the file keeps its descriptor. */
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
    // somebody still reads what the rest would overwrite
    if (pages === undefined || pages.checkpointed < pages.log) return { isWhole: false, failure: undefined }
    // all is in the database: the next commit begins the log anew
    database.exec(logMark)
    return { isWhole: true, failure: undefined }
  } catch (error) {
    return { isWhole: false, failure: String(error) }
  }
}

parentPort?.on("message", ({ input }: Request<CheckpointCalls>) => parentPort?.postMessage(checkpoint(input.file)))
