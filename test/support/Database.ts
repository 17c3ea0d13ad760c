import { FileSystem, Path } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { AppConfig, type Values } from "../../src/AppConfig.ts"
import { Disk } from "../../src/platform/sql/sqlite/SharedSync.ts"
import * as SqliteDatabase from "../../src/platform/sql/sqlite/SqliteDatabase.ts"

/** A disk that takes no time, so that tests which count turns of the event loop need not count a real disk's. */
const instantDisk = Layer.succeed(Disk, { sync: (_, done) => done(null), lost: () => undefined })

/** Makes the migrated database of a folder. */
export const inFolder = (dataDir: string, settings: Partial<Values> = {}) =>
  SqliteDatabase.layer.pipe(
    Layer.provide(AppConfig.layerWith({ ...settings, dataDir })),
    Layer.provide(instantDisk),
    Layer.provide(NodeContext.layer)
  )

/** A migrated, empty database in a real file of a temporary folder, which the scope removes. */
export const layer = Layer.unwrapScoped(Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const dataDir = yield* fs.makeTempDirectoryScoped({ prefix: "barista-" })
  return inFolder(path.join(dataDir, "data"))
})).pipe(Layer.provide(NodeContext.layer))
