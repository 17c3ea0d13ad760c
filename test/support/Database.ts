import { FileSystem, Path } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { AppConfig } from "../../src/AppConfig.ts"
import * as SqliteDatabase from "../../src/platform/sql/SqliteDatabase.ts"

/** A migrated, empty database in a real file of a temporary folder, gone with the scope. */
export const layer = Layer.unwrapScoped(Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const dataDir = yield* fs.makeTempDirectoryScoped({ prefix: "barista-" })
  return SqliteDatabase.layer.pipe(
    Layer.provide(AppConfig.layerWith({ dataDir: path.join(dataDir, "data") }))
  )
})).pipe(Layer.provide(NodeContext.layer))
