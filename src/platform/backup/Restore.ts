import Sqlite from "better-sqlite3"
import { DateTime, Effect, Option, Schema } from "effect"
import { existsSync } from "node:fs"
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm } from "node:fs/promises"
import { dirname, join } from "node:path"
import { AppConfig } from "../../AppConfig.ts"
import { newestMigration } from "../sql/sqlite/Migrations.ts"
import { BackupFailed, io, read } from "./Archive.ts"
import { databaseFile } from "./Backup.ts"
import * as DatabaseFile from "./DatabaseFile.ts"
import * as Manifest from "./Manifest.ts"

/** Names that a backup gives its entries. Any other name could be a path chosen by an attacker. */
const expected = /^(barista\.sqlite|manifest\.json|uploads\/[0-9a-f-]{36})$/

/** Holds the lock of a running server, and fails if a server has it. */
const withoutServer = (database: string) =>
  Effect.acquireRelease(
    Effect.try({
      try: () => {
        const lock = new Sqlite(`${database}-lock`, { timeout: 0 })
        lock.exec("BEGIN EXCLUSIVE")
        return lock
      },
      catch: () => new BackupFailed({ message: `a server is running on "${database}": stop it first` })
    }),
    (lock) => Effect.sync(() => lock.close())
  )

/** Opens a new file, synced to the disk when the scope closes. */
const written = (path: string) =>
  Effect.acquireRelease(
    io(() => open(path, "wx", 0o600)),
    (file) => Effect.zipRight(Effect.promise(() => file.sync()), Effect.promise(() => file.close()))
  )

/** Extracts an archive into a folder and checks every byte, the database, its ledger and its schema there. */
const extract = Effect.fnUntraced(function*(file: string, folder: string) {
  yield* io(() => mkdir(join(folder, "uploads")))
  const entries = yield* read(file, (name) =>
    expected.test(name)
      ? Effect.map(written(join(folder, name)), (target) => (piece: Buffer) => target.write(piece))
      : new BackupFailed({ message: `"${name}" is not part of a backup` }))
  const text = yield* io(() => readFile(join(folder, Manifest.manifestName), "utf8"))
  const manifest = yield* Effect.mapError(
    Schema.decode(Manifest.Manifest)(text),
    () => new BackupFailed({ message: "this build does not know the format of the manifest" })
  )
  yield* Manifest.verify(manifest, entries)
  const counts = yield* DatabaseFile.check(join(folder, Manifest.database))
  if (counts.migration > newestMigration) {
    return yield* new BackupFailed({
      message: `the backup has migration ${counts.migration}, this build knows ${newestMigration}`
    })
  }
  return manifest
})

const isEmpty = (folder: string) =>
  Effect.map(
    Effect.orElseSucceed(io(() => readdir(folder)), (): ReadonlyArray<string> => []),
    (names) => names.length === 0
  )

/** Moves the existing files aside, with the write-ahead log, which belongs to its database. */
const moveAway = (database: string, dataDir: string, folder: string) =>
  Effect.forEach(
    [database, `${database}-wal`, `${database}-shm`, join(dataDir, "uploads")].filter(existsSync),
    (path, index) => io(() => rename(path, join(folder, `${["database", "wal", "shm", "uploads"][index]}`))),
    { concurrency: 1, discard: true }
  )

/**
 * Puts a backup in the place of database and uploads, while no server runs on them. The archive is first extracted and
 * verified beside them. Existing data stays, unless `replace` is set: then it is moved into a folder of its own, not
 * deleted.
 */
export const restore = Effect.fn("Restore.restore")(function*(
  file: string,
  { replace }: { readonly replace: boolean }
) {
  const { dataDir, files } = yield* AppConfig
  const database = yield* databaseFile
  if (Option.isSome(files)) {
    return yield* new BackupFailed({
      message: `FILES names "${files.value}": unset it, restore, and move "${join(dataDir, "uploads")}" there`
    })
  }
  yield* io(() => mkdir(dataDir, { recursive: true }))
  yield* io(() => mkdir(dirname(database), { recursive: true }))
  yield* withoutServer(database)
  const hasData = existsSync(database) || !(yield* isEmpty(join(dataDir, "uploads")))
  if (hasData && !replace) {
    return yield* new BackupFailed({
      message: `"${database}" or "${join(dataDir, "uploads")}" has data already: --replace moves the data aside`
    })
  }
  const folder = yield* Effect.acquireRelease(
    io(() => mkdtemp(join(dataDir, "restoring-"))),
    (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
  )
  const manifest = yield* extract(file, folder)
  const now = DateTime.formatIso(yield* DateTime.now).replaceAll(":", "-")
  const aside = join(dataDir, `replaced-${now}`)
  if (hasData) {
    yield* io(() => mkdir(aside))
    yield* moveAway(database, dataDir, aside)
  } else yield* io(() => rm(join(dataDir, "uploads"), { recursive: true, force: true }))
  yield* io(() => rename(join(folder, "uploads"), join(dataDir, "uploads")))
  yield* io(() => rename(join(folder, Manifest.database), database))
  return { manifest, aside: hasData ? aside : undefined }
}, Effect.scoped)
