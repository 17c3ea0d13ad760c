import { Duration, Effect, Layer } from "effect"
import { AppConfig } from "../../AppConfig.ts"
import * as ChunkStore from "./ChunkStore.ts"
import { filesFolder } from "./filesFolder.ts"
import { FileStore } from "./FileStore.ts"

/**
 * The store of uploaded files that `FILES` names: by default chunks in a PostgreSQL database, or `DATA_DIR` beside
 * SQLite.
 */
export const layer = Layer.unwrapEffect(Effect.map(AppConfig, (settings) => {
  const { dataDir, requestTimeout } = settings
  // An upload takes at most one request timeout. The second leaves time for its commit.
  const abandonedAfter = Duration.times(requestTimeout, 2)
  const folder = filesFolder(settings)
  return folder === undefined
    ? ChunkStore.layer({ dataDir, abandonedAfter })
    : FileStore.layer({ dataDir: folder, abandonedAfter })
}))
