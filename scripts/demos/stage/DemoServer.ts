import { FetchHttpClient, HttpApiClient, HttpServer } from "@effect/platform"
import { Context, Effect, Layer } from "effect"
import { Api } from "../../../src/Api.ts"
import type { Values } from "../../../src/AppConfig.ts"
import * as Server from "../../../src/Server.ts"
import * as TemporaryData from "./TemporaryData.ts"

const make = Effect.gen(function*() {
  const { address } = yield* HttpServer.HttpServer
  const host = address._tag === "TcpAddress" ? `127.0.0.1:${address.port}` : address.path
  return { host, client: yield* HttpApiClient.make(Api, { baseUrl: `http://${host}` }) }
})

/** The product's own server on a free port, with the sample data in a temporary folder, and its typed client. */
export class DemoServer
  extends Context.Tag("barista/demos/DemoServer")<DemoServer, Effect.Effect.Success<typeof make>>()
{
  static readonly layerWith = (settings: Partial<Values>) =>
    Layer.effect(DemoServer, make).pipe(
      // under the stage's tracer, which counts open operations
      Layer.provide(Server.parts),
      Layer.provide(FetchHttpClient.layer),
      Layer.provide(TemporaryData.layerWith(settings))
    )

  static readonly layer = DemoServer.layerWith({})
}
