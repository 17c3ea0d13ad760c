import type { HttpApi, HttpApiGroup } from "@effect/platform"
import { Effect } from "effect"
import type { Server } from "node:http"
import { AppConfig } from "../../AppConfig.ts"
import * as HttpApiApp from "./HttpApiApp.ts"
import type { Pages } from "./Refusal.ts"
import * as RequestRunner from "./RequestRunner.ts"
import type * as Router from "./Router.ts"
import * as StockHttpApi from "./stock/StockHttpApi.ts"

/** Serves a contract, its handlers and its documentation on a server until the scope closes, by the adapter that `HTTP_ADAPTER` names. */
export const serve = Effect.fnUntraced(
  function*<Id extends string, Groups extends HttpApiGroup.HttpApiGroup.Any, E>(
    server: Server,
    api: HttpApi.HttpApi<Id, Groups, E, never>,
    handlers: Parameters<typeof Router.make>[1],
    pages: Pages
  ) {
    const { httpAdapter } = yield* AppConfig
    if (httpAdapter === "compiled") {
      return yield* RequestRunner.serve(server, yield* HttpApiApp.make(api, handlers, pages))
    }
    return yield* StockHttpApi.serve(api, handlers, pages)
  }
)
