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
 * Serves a contract, its handlers and its documentation on a server until the scope closes, by the adapter that `HTTP_ADAPTER` names. To a client
 * they are the same: the HTTP tests run by both, and random requests get the same answers (`test/platform/http/Adapters.test.ts`).
 *
 * `compiled` makes of each endpoint, once, what `HttpApiBuilder` makes for every request anew:
 *
 * - `HttpApiApp` is the contract as an application, from `Operations`, `DecodeRequest` (with `Params`, `InputIssues`, `RequestBody`) and
 *   `EncodeResponse`;
 * - `RequestRunner` runs an application on a node:http server, each request in one fiber or in none, with `NodeRequest` and `writeAnswer`.
 *   It knows nothing of contracts, and `HttpApiApp` nothing of sockets.
 *
 * `platform` is @effect/platform's `HttpApiBuilder`, router, encoding and server, with what they lack: `stock/Endpoints` decodes as above,
 * `stock/Middleware` refuses and reports as below, and `stock/Connection` is around its server.
 *
 * Both share what is the policy of this server rather than the work of an adapter: who is refused (`Admission`, `BearerTokens`, `Conformance`), what
 * beside the contract answers (`Unmatched`), how failures are told (`Failures`, `ProblemResponse`), language and headers (`Exchange`), spans
 * and idempotency keys (`OperationSpan`). What a contract and its handlers are written with knows neither adapter: `Handlers`, `Params`,
 * `Pagination`, `Idempotent`, `ResponseHeaders`, `EventStream` and the documentation's (`OpenApi*`, `describe`).
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
