import { FileSystem, HttpApiClient, HttpServer } from "@effect/platform"
import { NodeContext, NodeHttpClient } from "@effect/platform-node"
import { Context, Effect, Layer, Option } from "effect"
import { Api } from "../../src/Api.ts"
import { AppConfig, type Values } from "../../src/AppConfig.ts"
import { Lifecycle } from "../../src/platform/lifecycle/Lifecycle.ts"
import * as Server from "../../src/Server.ts"
import { httpAdapter } from "./adapter.ts"
import { raw } from "./connect.ts"
import { portOf } from "./loopback.ts"
import { send } from "./send.ts"

const make = Effect.gen(function*() {
  const { dataDir } = yield* AppConfig
  const port = portOf(yield* HttpServer.HttpServer)
  const url = `http://127.0.0.1:${port}`
  return {
    dataDir,
    port,
    url,
    lifecycle: yield* Lifecycle,
    client: yield* HttpApiClient.make(Api, { baseUrl: url }),
    send: send(port),
    raw: raw(port)
  }
})

/** The product's own server on a free port of loopback, with its files in a temporary folder. */
export class TestServer
  extends Context.Tag("barista/test/TestServer")<TestServer, Effect.Effect.Success<typeof make>>()
{
  /** Makes the server with some settings replaced; reads no environment. */
  static readonly layer = (overrides: Partial<Values> = {}) =>
    Layer.unwrapScoped(Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const dataDir = yield* fs.makeTempDirectoryScoped({ prefix: "barista-" })
      const config = AppConfig.layerWith({
        port: 0,
        dataDir,
        databaseUrl: Option.none(),
        logLevel: "none",
        // the host name in requests whose host does not matter
        allowedHosts: ["a"],
        httpAdapter,
        ...overrides
      })
      return Layer.effect(TestServer, make).pipe(
        Layer.provide(NodeHttpClient.layerUndici),
        Layer.provide(Server.layer),
        Layer.provide(config)
      )
    })).pipe(Layer.provide(NodeContext.layer))
}
