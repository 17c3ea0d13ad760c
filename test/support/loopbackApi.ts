import type { HttpApi, HttpApiGroup } from "@effect/platform"
import { Effect } from "effect"
import { createServer, type Server } from "node:http"
import * as HttpApiApp from "../../src/platform/http/HttpApiApp.ts"
import * as RequestRunner from "../../src/platform/http/RequestRunner.ts"
import { Lifecycle } from "../../src/platform/lifecycle/Lifecycle.ts"
import * as LoopbackServer from "./LoopbackServer.ts"

/** Serves a contract and its handlers on a free loopback port until the scope closes. */
export const serve = Effect.fnUntraced(
  function*<Id extends string, Groups extends HttpApiGroup.HttpApiGroup.Any, E>(
    api: HttpApi.HttpApi<Id, Groups, E, never>,
    handlers: Parameters<typeof HttpApiApp.make>[1],
    server: Server = createServer()
  ) {
    yield* (yield* Lifecycle).enter("ready")
    yield* RequestRunner.serve(server, yield* HttpApiApp.make(api, handlers, {}))
    return yield* LoopbackServer.start(server)
  }
)
