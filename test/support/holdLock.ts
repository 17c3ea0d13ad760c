import { Effect } from "effect"
import { spawn } from "node:child_process"
import { Client } from "pg"

const program = `
  const Database = require("better-sqlite3")
  const [file, begin] = process.argv.slice(1)
  const db = new Database(file)
  if (begin === "PRAGMA locking_mode = EXCLUSIVE") {
    db.pragma("locking_mode = EXCLUSIVE")
    db.exec("BEGIN IMMEDIATE")
  } else {
    db.exec(begin)
  }
  process.stdin.resume().once("end", () => {
    if (db.inTransaction) db.exec("ROLLBACK")
    process.exit(0)
  })
  process.stdout.write("held")
`

/** Locks a database from another process, until released or until the scope closes. */
export const holdLock = Effect.fnUntraced(function*(file: string, begin = "BEGIN IMMEDIATE") {
  const child = yield* Effect.acquireRelease(
    Effect.sync(() => spawn(process.execPath, ["-e", program, file, begin], { stdio: ["pipe", "pipe", "inherit"] })),
    (running) => Effect.sync(() => running.kill())
  )
  yield* Effect.async<void>((resume) => {
    child.stdout.once("data", () => resume(Effect.void))
    child.once("exit", (code) => resume(Effect.dieMessage(`the locking process ended with ${code}`)))
  })
  const release = Effect.async<void>((resume) => {
    child.once("exit", () => resume(Effect.void))
    child.stdin.end()
  })
  return { release }
})

/** Tables that requests change. */
const changed = "users, posts, followers, accounts, ledger_transactions, jobs, idempotency_keys"

/** Keeps changes from a PostgreSQL database, and no reads, until released or until the scope closes. */
export const holdTables = Effect.fnUntraced(function*(url: string) {
  const client = yield* Effect.acquireRelease(
    Effect.promise(async () => {
      const opened = new Client(url)
      await opened.connect()
      await opened.query("BEGIN")
      await opened.query(`LOCK TABLE ${changed} IN EXCLUSIVE MODE`)
      return opened
    }),
    (opened) => Effect.promise(() => opened.end())
  )
  return { release: Effect.asVoid(Effect.promise(() => client.query("ROLLBACK"))) }
})
