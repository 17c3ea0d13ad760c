import { type HttpApi, type HttpApiGroup, HttpServer } from "@effect/platform"
import { Effect } from "effect"
import type { Server } from "node:http"
import { AppConfig } from "../../src/AppConfig.ts"
import type * as HttpApiApp from "../../src/platform/http/compiled/HttpApiApp.ts"
import * as HttpAdapter from "../../src/platform/http/HttpAdapter.ts"
import { Lifecycle } from "../../src/platform/lifecycle/Lifecycle.ts"
import { httpAdapter } from "./adapter.ts"
import { listen } from "./loopback.ts"

/** Serves a contract and its handlers by the adapter under test, until the scope closes. */
export const serve = Effect.fnUntraced(
  function*<Id extends string, Groups extends HttpApiGroup.HttpApiGroup.Any, E>(
    api: HttpApi.HttpApi<Id, Groups, E, never>,
    handlers: Parameters<typeof HttpApiApp.make>[1],
    node?: Server
  ) {
    yield* (yield* Lifecycle).enter("ready")
    const { http, port, server } = yield* listen(node)
    yield* HttpAdapter.serve(server, api, handlers, {}).pipe(
      Effect.provideService(AppConfig, { ...(yield* AppConfig), httpAdapter }),
      Effect.provideService(HttpServer.HttpServer, http)
    )
    return { port, url: new URL(`http://127.0.0.1:${port}`) }
  }
)
