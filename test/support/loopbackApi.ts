import { type HttpApi, type HttpApiGroup, HttpServer } from "@effect/platform"
import { NodeHttpServer } from "@effect/platform-node"
import { Effect } from "effect"
import { createServer, type Server } from "node:http"
import { AppConfig } from "../../src/AppConfig.ts"
import type * as HttpApiApp from "../../src/platform/http/compiled/HttpApiApp.ts"
import * as HttpAdapter from "../../src/platform/http/HttpAdapter.ts"
import { Lifecycle } from "../../src/platform/lifecycle/Lifecycle.ts"
import { httpAdapter } from "./adapter.ts"

/** Serves a contract and its handlers on a free loopback port until the scope closes, by the adapter under test; answers its URL. */
export const serve = Effect.fnUntraced(
  function*<Id extends string, Groups extends HttpApiGroup.HttpApiGroup.Any, E>(
    api: HttpApi.HttpApi<Id, Groups, E, never>,
    handlers: Parameters<typeof HttpApiApp.make>[1],
    server: Server = createServer()
  ) {
    yield* (yield* Lifecycle).enter("ready")
    const http = yield* NodeHttpServer.make(() => server, { host: "127.0.0.1", port: 0 })
    yield* Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections()))
    yield* HttpAdapter.serve(server, api, handlers, {}).pipe(
      Effect.provideService(AppConfig, { ...(yield* AppConfig), httpAdapter }),
      Effect.provideService(HttpServer.HttpServer, http)
    )
    return { url: new URL(HttpServer.formatAddress(http.address)) }
  }
)
