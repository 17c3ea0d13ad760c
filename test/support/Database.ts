import { FileSystem, Path } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import Sqlite from "better-sqlite3"
import { Effect, Layer, Option, Redacted, type Scope } from "effect"
import { ask } from "../../scripts/harness/postgresClient.ts"
import { AppConfig, type Values } from "../../src/AppConfig.ts"
import type { DatabaseUrl } from "../../src/domain/DatabaseUrl.ts"
import type { Database } from "../../src/platform/sql/Database.ts"
import { Notifications } from "../../src/platform/sql/Notifications.ts"
import { Disk } from "../../src/platform/sql/sqlite/SharedSync.ts"
import * as SqliteDatabase from "../../src/platform/sql/sqlite/SqliteDatabase.ts"
import { dialect } from "./dialect.ts"
import { holdLock, holdTables } from "./holdLock.ts"
import * as Postgres from "./postgres.ts"

/** A disk that takes no time, so that tests which count turns of the event loop need not count a real disk's. */
const instantDisk = Layer.succeed(Disk, { sync: (_, done) => done(null), lost: () => undefined })

/** Makes the migrated database of a folder. */
export const inFolder = (dataDir: string, settings: Partial<Values> = {}) =>
  Layer.merge(SqliteDatabase.layer, Notifications.none).pipe(
    Layer.provide(AppConfig.layerWith({ ...settings, dataDir })),
    Layer.provide(instantDisk),
    Layer.provide(NodeContext.layer)
  )

const sqlite = Layer.unwrapScoped(Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const dataDir = yield* fs.makeTempDirectoryScoped({ prefix: "barista-" })
  return inFolder(path.join(dataDir, "data"))
})).pipe(Layer.provide(NodeContext.layer))

/** The place of a migrated, empty database, until the scope closes; none for the file in a server's own folder. */
export const place: Effect.Effect<Option.Option<DatabaseUrl>, never, Scope.Scope> = dialect === "postgres"
  ? Effect.map(Postgres.migrated, (url) => Option.some(Postgres.placeOf(url)))
  : Effect.succeedNone

/**
 * A migrated, empty database that the scope removes: a real file in a temporary folder, or a database on a real server,
 * as the project under test says.
 */
export const layer: Layer.Layer<Database | Notifications, Layer.Layer.Error<typeof sqlite>> = dialect === "postgres"
  ? Postgres.layer
  : sqlite

/** Runs statements by a connection that knows nothing of the product's; returns the last one's rows. */
export const beside = (place: Option.Option<DatabaseUrl>, dataDir: string) => (...statements: ReadonlyArray<string>) =>
  Option.match(place, {
    onSome: (url) =>
      url.dialect === "postgres" ? ask(Redacted.value(url.url), ...statements) : inFile(url.file, statements),
    onNone: () => inFile(`${dataDir}/barista.sqlite`, statements)
  })

const inFile = (file: string, statements: ReadonlyArray<string>) =>
  Effect.sync(() => {
    const database = new Sqlite(file)
    let rows: ReadonlyArray<Record<string, unknown>> = []
    for (const statement of statements) {
      const prepared = database.prepare<[], Record<string, unknown>>(statement)
      if (prepared.reader) rows = prepared.all()
      else prepared.run()
    }
    database.close()
    return rows
  })

/** Keeps changes from a database until released, or until the scope closes. */
export const holding = (place: Option.Option<DatabaseUrl>, dataDir: string) =>
  Option.isSome(place) && place.value.dialect === "postgres"
    ? holdTables(Redacted.value(place.value.url))
    : holdLock(`${dataDir}/barista.sqlite`)
