import type { HttpApi, HttpApiGroup } from "@effect/platform"
import { NodeHttpServer } from "@effect/platform-node"
import { Effect } from "effect"
import * as HttpApiApp from "../../src/platform/http/HttpApiApp.ts"
import * as LoopbackServer from "./LoopbackServer.ts"

/** Serves a contract and its handlers on a free loopback port until the scope closes. */
export const serve = Effect.fnUntraced(
  function*<Id extends string, Groups extends HttpApiGroup.HttpApiGroup.Any, E>(
    api: HttpApi.HttpApi<Id, Groups, E, never>,
    handlers: Parameters<typeof HttpApiApp.make>[1]
  ) {
    const app = yield* HttpApiApp.make(api, handlers, {})
    return yield* LoopbackServer.make(yield* NodeHttpServer.makeHandler(app))
  }
)
