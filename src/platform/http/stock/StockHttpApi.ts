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
import { AppConfig } from "../../../AppConfig.ts"
import { InputMemory } from "../../lifecycle/InputMemory.ts"
import { Lifecycle } from "../../lifecycle/Lifecycle.ts"
import { awaitedResponse } from "../awaitedResponse.ts"
import { failuresOf } from "../Failures.ts"
import { type Pages, refusalOf } from "../Refusal.ts"
import * as Router from "../Router.ts"
import { surroundings } from "../Surroundings.ts"
import { toResponse } from "../TextAnswer.ts"
import { unmatchedAnswerer } from "../Unmatched.ts"
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
    handlers: Parameters<typeof Router.make>[1],
    pages: Pages,
    isAwaited: Middleware.Policy["isAwaited"]
  ) {
    const config = yield* AppConfig
    const router = Router.make(api, handlers, { ...config, memory: yield* InputMemory })
    const failures = failuresOf(yield* Effect.runtime<never>())
    const shared = yield* surroundings(failures)
    const answerUnmatched = unmatchedAnswerer(router, pages, failures)
    const middleware = Middleware.make({
      refusal: refusalOf(config, yield* Lifecycle, pages),
      unmatched: (exchange) => {
        const answer = answerUnmatched(exchange)
        return Effect.map("effect" in answer ? answer.effect() : Effect.succeed(answer), toResponse)
      },
      shared,
      isAwaited
    })
    const endpoints = Endpoints.layer(shared, router.operations)
    const services = yield* Layer.build(platform)
    return yield* HttpApiBuilder.httpApp.pipe(
      HttpRouter.withRouterConfig(Router.config),
      Effect.provide(
        Layer.merge(endpoints, HttpApiBuilder.middleware(middleware)).pipe(
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
    handlers: Parameters<typeof Router.make>[1],
    pages: Pages
  ) {
    const app = yield* make(api, handlers, pages, (request) => awaitedResponse(request) !== undefined)
    yield* HttpServer.serveEffect(Connection.around(yield* Lifecycle)(app)).pipe(
      // an operation has a span of its own, by its name
      HttpMiddleware.withTracerDisabledWhenEffect(() => true)
    )
  }
)
