import {
  Etag,
  type HttpApi,
  HttpApiBuilder,
  type HttpApiGroup,
  HttpMiddleware,
  HttpPlatform,
  HttpRouter,
  HttpServer
} from "@effect/platform"
import { NodeFileSystem, NodePath } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { Lifecycle } from "../../lifecycle/Lifecycle.ts"
import { awaitedResponse } from "../node/awaitedResponse.ts"
import * as Operations from "../operation/Operations.ts"
import type { Pages } from "../rules/Admission.ts"
import * as Rules from "../rules/Rules.ts"
import * as Endpoints from "./Endpoints.ts"
import * as Middleware from "./Middleware.ts"
import * as Writer from "./Writer.ts"

/**
 * `NodeHttpServer.layerContext` without the parts for processes, threads and the terminal, which are more code than the
 * rest.
 */
const platform = Layer.mergeAll(
  HttpPlatform.layer.pipe(Layer.provideMerge(NodeFileSystem.layer)),
  Etag.layerWeak,
  NodePath.layer
)

/** Makes an HttpApiBuilder app of a contract and its handlers. */
export const make = Effect.fnUntraced(
  function*<Id extends string, Groups extends HttpApiGroup.HttpApiGroup.Any, E>(
    api: HttpApi.HttpApi<Id, Groups, E, never>,
    handlers: Operations.AnyHandlers,
    pages: Pages,
    isAwaited: Middleware.IsAwaited
  ) {
    const rules = yield* Rules.make(api, handlers, pages)
    const endpoints = Endpoints.layer(rules)
    const services = yield* Layer.build(platform)
    return yield* HttpApiBuilder.httpApp.pipe(
      HttpRouter.withRouterConfig(Operations.config),
      Effect.provide(
        Layer.merge(endpoints, HttpApiBuilder.middleware(Middleware.make(rules, isAwaited))).pipe(
          Layer.provideMerge(HttpApiBuilder.Router.Live),
          Layer.provideMerge(HttpApiBuilder.Middleware.layer)
        )
      ),
      Effect.map(Effect.provide(services))
    )
  }
)

/**
 * Serves a contract and its handlers by @effect/platform's own HttpApiBuilder, router, encoding and server, until the
 * scope closes. Clients see the same as with `HttpApiApp` on `RequestRunner`, except for speed. `Endpoints`,
 * `Middleware` and `Connection` bridge the library's differences with the parts that both adapters share.
 */
export const serve = Effect.fnUntraced(
  function*<Id extends string, Groups extends HttpApiGroup.HttpApiGroup.Any, E>(
    api: HttpApi.HttpApi<Id, Groups, E, never>,
    handlers: Operations.AnyHandlers,
    pages: Pages
  ) {
    const app = yield* make(api, handlers, pages, (request) => awaitedResponse(request) !== undefined)
    yield* HttpServer.serveEffect(Writer.around(yield* Lifecycle)(app)).pipe(
      // Tracing is off here, because each operation has a span of its own.
      HttpMiddleware.withTracerDisabledWhenEffect(() => true)
    )
  }
)
