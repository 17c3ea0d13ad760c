import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { Effect, Layer, Option } from "effect"
import { AppConfig, type Values } from "../../../src/AppConfig.ts"

/**
 * The settings with a free port of loopback, a silent log, and the data in a temporary folder that the scope removes;
 * with some others if they are given.
 */
export const layerWith = (settings: Partial<Values>) =>
  Layer.unwrapScoped(
    Effect.map(
      Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped({ prefix: "barista-demo-" })),
      (dataDir) =>
        AppConfig.layerWith({
          dataDir,
          databaseUrl: Option.none(),
          sampleData: "handbook",
          apiTokens: Option.none(),
          host: "127.0.0.1",
          port: 0,
          logLevel: "none",
          ...settings
        })
    )
  ).pipe(Layer.provide(NodeContext.layer))

export const layer = layerWith({})
