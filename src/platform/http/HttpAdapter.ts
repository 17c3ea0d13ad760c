import type { HttpApi, HttpApiGroup } from "@effect/platform"
import { Effect } from "effect"
import type { Server } from "node:http"
import { AppConfig } from "../../AppConfig.ts"
import * as HttpApiApp from "./compiled/HttpApiApp.ts"
import * as RequestRunner from "./compiled/RequestRunner.ts"
import type * as Operations from "./operation/Operations.ts"
import type { Pages } from "./rules/Admission.ts"
import * as StockHttpApi from "./stock/StockHttpApi.ts"

/**
 * Serves a contract, its handlers and its documentation on a server until the scope closes. `HTTP_ADAPTER` names the
 * adapter. Clients cannot tell the two adapters apart: both run the HTTP tests, and both give the same answers to
 * random requests (`test/platform/http/Adapters.test.ts`).
 *
 * `compiled` prepares each endpoint once; `HttpApiBuilder` would prepare the endpoint anew for every request.
 *
 * - `HttpApiApp` is the contract as an application, made from `Operations`, `DecodeRequest` (with `Params`,
 *   `InputIssues`, `RequestBody`) and `EncodeResponse`.
 * - `RequestRunner` runs an application on a node:http server with `NodeRequest` and `writeAnswer`; a request takes one
 *   fiber or none. `RequestRunner` knows nothing of contracts, and `HttpApiApp` nothing of sockets.
 *
 * `platform` is the `HttpApiBuilder`, router, encoding and server of @effect/platform, with additions.
 * `stock/Endpoints` decodes as `compiled` does, `stock/Middleware` rejects and reports as `compiled` does, and
 * `stock/Writer` wraps the server.
 *
 * Both adapters share the rules of this server:
 *
 * - `Admission`, `BearerTokens` and `Conformance` reject requests, and `Unmatched` answers those outside the contract.
 * - `Failures` and `ProblemResponse` report failures.
 * - `Exchange` holds language and headers, and `OperationSpan` makes the spans.
 * - `IdempotencyKeys` run a keyed request once.
 *
 * The vocabulary of contracts and handlers knows neither adapter: `Handlers`, `Params`, `Pagination`, `Idempotent`,
 * `ResponseHeaders`, `EventStream` and the documentation's (`openapi/`, `documented`).
 */
export const serve = Effect.fnUntraced(
  function*<Id extends string, Groups extends HttpApiGroup.HttpApiGroup.Any, E>(
    server: Server,
    api: HttpApi.HttpApi<Id, Groups, E, never>,
    handlers: Operations.AnyHandlers,
    pages: Pages
  ) {
    const { httpAdapter } = yield* AppConfig
    if (httpAdapter === "compiled") {
      return yield* RequestRunner.serve(server, yield* HttpApiApp.make(api, handlers, pages))
    }
    return yield* StockHttpApi.serve(api, handlers, pages)
  }
)
