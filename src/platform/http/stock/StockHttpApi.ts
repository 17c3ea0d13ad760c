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
import * as Connection from "./Connection.ts"
import * as Endpoints from "./Endpoints.ts"
import * as Middleware from "./Middleware.ts"

/** `NodeHttpServer.layerContext` without what starts processes and threads and reads the terminal, which is more code than all of this. */
const platform = Layer.mergeAll(
  HttpPlatform.layer.pipe(Layer.provideMerge(NodeFileSystem.layer)),
  Etag.layerWeak,
  NodePath.layer
)

/** Makes a contract and its handlers an app of HttpApiBuilder's. */
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
 * Serves a contract and its handlers by @effect/platform's own parts, until the scope closes: its HttpApiBuilder, router, encoding and server.
 * The same to a client as `HttpApiApp` by `RequestRunner`, in everything but speed: what the library does otherwise is bridged by `Endpoints`,
 * `Middleware` and `Connection`, with the parts that both adapters share.
 */
export const serve = Effect.fnUntraced(
  function*<Id extends string, Groups extends HttpApiGroup.HttpApiGroup.Any, E>(
    api: HttpApi.HttpApi<Id, Groups, E, never>,
    handlers: Operations.AnyHandlers,
    pages: Pages
  ) {
    const app = yield* make(api, handlers, pages, (request) => awaitedResponse(request) !== undefined)
    yield* HttpServer.serveEffect(Connection.around(yield* Lifecycle)(app)).pipe(
      // an operation has a span of its own, by its name
      HttpMiddleware.withTracerDisabledWhenEffect(() => true)
    )
  }
)
