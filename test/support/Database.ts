import { FileSystem, Path } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { AppConfig, type Values } from "../../src/AppConfig.ts"
import type { Database } from "../../src/platform/sql/Database.ts"
import { Notifications } from "../../src/platform/sql/Notifications.ts"
import { Disk } from "../../src/platform/sql/sqlite/SharedSync.ts"
import * as SqliteDatabase from "../../src/platform/sql/sqlite/SqliteDatabase.ts"
import { dialect } from "./dialect.ts"
import * as Postgres from "./postgres.ts"

/** A disk that takes no time, so that tests which count turns of the event loop need not count a real disk's. */
const instantDisk = Layer.succeed(Disk, { sync: (_, done) => done(null), lost: () => undefined })

/** Makes the migrated database of a folder. */
export const inFolder = (dataDir: string, settings: Partial<Values> = {}) =>
  SqliteDatabase.layer.pipe(
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

/**
 * A migrated, empty database that the scope removes: a real file in a temporary folder, or a database on a real server,
 * as the project under test says.
 */
export const layer: Layer.Layer<Database | Notifications, Layer.Layer.Error<typeof sqlite>> = dialect === "postgres"
  ? Postgres.layer
  : Layer.merge(sqlite, Notifications.none)
