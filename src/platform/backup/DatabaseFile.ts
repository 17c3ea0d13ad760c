import Sqlite from "better-sqlite3"
import { Effect, Schema } from "effect"
import { BackupFailed } from "./Archive.ts"

export const Counts = Schema.Struct({
  migration: Schema.Int,
  users: Schema.Int,
  uploads: Schema.Int,
  jobs: Schema.Int,
  ledger_entries: Schema.Int,
  /** Sum over all accounts, the outside one included: 0. */
  ledger_sum_cents: Schema.Int
})
export type Counts = typeof Counts.Type

/** Opens a database file on its own connection for `use`. Fails with SQLite's message. */
export const withFile = <A>(
  path: string,
  options: Sqlite.Options,
  use: (database: Sqlite.Database) => A
): Effect.Effect<A, BackupFailed> =>
  Effect.acquireUseRelease(
    Effect.try({ try: () => new Sqlite(path, options), catch: (cause) => refused(path, cause) }),
    (database) => Effect.try({ try: () => use(database), catch: (cause) => refused(path, cause) }),
    (database) => Effect.sync(() => database.close())
  )

const refused = (path: string, cause: unknown) =>
  new BackupFailed({ message: `"${path}": ${cause instanceof Error ? cause.message : String(cause)}` })

const whole = Schema.decodeUnknownSync(Schema.Int)

/** Copies all pages in one step. Smaller steps restart at each change of another process, for ever on a busy server. */
const allPages = () => 0x7fffffff

/** Copies a database, even while a server uses it, as of one moment, by SQLite's online backup. */
export const copy = (from: string, to: string): Effect.Effect<void, BackupFailed> =>
  Effect.acquireUseRelease(
    Effect.try({
      try: () => new Sqlite(from, { readonly: true, fileMustExist: true }),
      catch: (cause) => refused(from, cause)
    }),
    (source) =>
      Effect.tryPromise({
        try: () => source.backup(to, { progress: allPages }),
        catch: (cause) => refused(from, cause)
      }),
    (source) => Effect.sync(() => source.close())
  ).pipe(Effect.asVoid)

/** Turns the copy into one file, without a write-ahead log. */
export const asOneFile = (path: string) =>
  withFile(path, {}, (database) => void database.pragma("journal_mode = DELETE"))

/** Counts the rows of a database file. Fails if SQLite finds damage, or the ledger does not add up. */
export const check = (path: string): Effect.Effect<Counts, BackupFailed> =>
  Effect.flatMap(
    withFile(path, { readonly: true, fileMustExist: true }, (database) => {
      const value = (sql: string) => whole(database.prepare(sql).pluck().get())
      const [integrity] = [database.pragma("integrity_check", { simple: true })]
      const wrongBalances = value(
        `SELECT COUNT(*) FROM accounts WHERE balance_cents <>
          (SELECT COALESCE(SUM(amount_cents), 0) FROM ledger_entries WHERE account_id = accounts.id)`
      )
      const counts: Counts = {
        migration: value("SELECT MAX(migration_id) FROM effect_sql_migrations"),
        users: value("SELECT COUNT(*) FROM users"),
        uploads: value("SELECT COUNT(*) FROM uploads"),
        jobs: value("SELECT COUNT(*) FROM jobs"),
        ledger_entries: value("SELECT COUNT(*) FROM ledger_entries"),
        ledger_sum_cents: value("SELECT COALESCE(SUM(balance_cents), 0) FROM accounts")
      }
      return { counts, integrity, wrongBalances }
    }),
    ({ counts, integrity, wrongBalances }) => {
      if (integrity !== "ok") {
        return new BackupFailed({
          message: `SQLite finds the database damaged: ${String(integrity)}`
        })
      }
      return counts.ledger_sum_cents === 0 && wrongBalances === 0
        ? Effect.succeed(counts)
        : new BackupFailed({
          message: `the ledger does not add up: ${counts.ledger_sum_cents} cents, ${wrongBalances} wrong balances`
        })
    }
  )

const UploadFile = Schema.Struct({ id: Schema.Int, stored_as: Schema.String, sha256: Schema.String })
export type UploadFile = typeof UploadFile.Type

const decodeUploads = Schema.decodeUnknownSync(Schema.Array(UploadFile))

export const uploadsOf = (path: string) =>
  withFile(
    path,
    { readonly: true },
    (database) => decodeUploads(database.prepare("SELECT id, stored_as, sha256 FROM uploads ORDER BY id").all())
  )

export const hasUpload = (path: string, id: number) =>
  withFile(
    path,
    { readonly: true },
    (database) => database.prepare("SELECT 1 FROM uploads WHERE id = ?").get(id) !== undefined
  )

export const forgetUploads = (path: string, ids: ReadonlyArray<number>) =>
  withFile(path, {}, (database) => {
    const forget = database.prepare("DELETE FROM uploads WHERE id = ?")
    for (const id of ids) forget.run(id)
  })
