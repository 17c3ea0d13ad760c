import { DateTime, Effect, Option, Schema } from "effect"
import { existsSync } from "node:fs"
import { mkdtemp, rename, rm } from "node:fs/promises"
import { dirname, join } from "node:path"
import { AppConfig } from "../../AppConfig.ts"
import { sqliteFile } from "../../domain/DatabaseUrl.ts"
import { filesFolder } from "../files/filesFolder.ts"
import { append, BackupFailed, type Entry, finish, io, opened, read } from "./Archive.ts"
import * as DatabaseFile from "./DatabaseFile.ts"
import * as Manifest from "./Manifest.ts"

/** Finds the SQLite file. PostgreSQL has programs of its own for backups, which know how to read while others write. */
export const databaseFile = Effect.flatMap(AppConfig, ({ databaseUrl, dataDir }) => {
  const place = Option.getOrElse(databaseUrl, () => sqliteFile(join(dataDir, "barista.sqlite")))
  return place.dialect === "sqlite" ? Effect.succeed(place.file) : new BackupFailed({
    message:
      `DATABASE_URL names PostgreSQL's "${place.shown}": use pg_dump and pg_restore, or the backups of its server`
  })
})

/** Makes a folder beside the archive, on the same disk, removed with the scope. */
const workFolder = (file: string) =>
  Effect.acquireRelease(
    io(() => mkdtemp(`${file}.partial-`)),
    (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
  )

/** Finds an upload's file, which moves in after its row's commit, and out before its row is deleted. */
const pathOf = (dataDir: string, name: string): string | undefined =>
  // The first place is checked twice, as the file may move between two checks.
  ["uploads", "tmp", "uploads"].map((folder) => join(dataDir, folder, name)).find((path) => existsSync(path))

const syncFolder = (path: string) =>
  Effect.scoped(Effect.flatMap(opened(path, "r"), (folder) => io(() => folder.sync())))

/**
 * Writes database and uploads to one archive, a tar, even while a server uses them. The database is copied first, as of
 * one moment. An upload deleted before its file is copied is deleted in the copy too, so that each row has its file.
 * The archive gets its name once it is complete, on the disk, and verified.
 *
 * The format is tar, since every system can look into it. Two hundred lines write and read the needed part, and check
 * each byte. A library would add a dependency to the disaster plan.
 */
export const backup = Effect.fn("Backup.backup")(function*(file: string) {
  const config = yield* AppConfig
  const folderOfFiles = filesFolder(config) ?? config.dataDir
  const source = yield* databaseFile
  if (existsSync(file)) return yield* new BackupFailed({ message: `"${file}" exists already` })
  if (!existsSync(source)) return yield* new BackupFailed({ message: `there is no database "${source}"` })
  const folder = yield* workFolder(file)
  const copied = join(folder, Manifest.database)
  yield* DatabaseFile.copy(source, copied)
  yield* DatabaseFile.asOneFile(copied)

  const path = join(folder, "archive")
  const archive = yield* opened(path, "wx")
  const files: Array<Entry> = []
  const deleted: Array<number> = []
  const missing: Array<string> = []
  for (const { id, sha256, stored_as } of yield* DatabaseFile.uploadsOf(copied)) {
    const stored = pathOf(folderOfFiles, stored_as)
    if (stored !== undefined) {
      // An open file stays readable even if it is deleted.
      const entry = yield* append(archive, `${Manifest.uploads}${stored_as}`, stored)
      if (entry.sha256 !== sha256) {
        return yield* new BackupFailed({ message: `the file of upload ${id} differs from the upload` })
      }
      files.push(entry)
    } else if (yield* DatabaseFile.hasUpload(source, id)) missing.push(stored_as)
    else deleted.push(id)
  }
  yield* DatabaseFile.forgetUploads(copied, deleted)
  const counts = yield* DatabaseFile.check(copied)
  files.push(yield* append(archive, Manifest.database, copied))
  const created_at = DateTime.formatIso(yield* DateTime.now)
  const manifest: Manifest.Manifest = { format: 1, created_at, counts, files, missing }
  yield* finish(archive, Manifest.manifestName, yield* Effect.orDie(Schema.encode(Manifest.Manifest)(manifest)))

  yield* Manifest.verify(manifest, yield* read(path, () => Effect.succeed(() => Promise.resolve())))
  yield* io(() => rename(path, file))
  yield* syncFolder(dirname(file))
  return manifest
}, Effect.scoped)
