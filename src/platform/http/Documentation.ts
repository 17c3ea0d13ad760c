import {
  type HttpApi,
  type HttpApiGroup,
  HttpApiSwagger,
  HttpLayerRouter,
  HttpServerResponse,
  OpenApi
} from "@effect/platform"
import { Context, Effect, identity, Option, Scope } from "effect"
import { AppConfig } from "../../AppConfig.ts"
import { withTokens } from "./OpenApiTransform.ts"

/** The pages that document a contract, from the contract: `/openapi.json` (OpenAPI 3.1) and `/docs`, which needs no network. */
export const pages = Effect.fnUntraced(
  function*<Id extends string, Groups extends HttpApiGroup.HttpApiGroup.Any, E>(
    contract: HttpApi.HttpApi<Id, Groups, E, never>
  ) {
    const scope = yield* Effect.scope
    const { apiTokens } = yield* AppConfig
    const transform = Option.getOrElse(Context.getOption(contract.annotations, OpenApi.Transform), () => identity)
    const api = contract.annotate(
      OpenApi.Transform,
      (spec) => withTokens(transform(spec), Option.isSome(apiTokens))
    )
    const document = yield* Effect.cached(Effect.sync(() => JSON.stringify(OpenApi.fromApi(api))))
    // made on its first use: the page is a megabyte that most starts never show
    const docs = yield* Effect.cached(
      HttpLayerRouter.toHttpEffect(HttpApiSwagger.layerHttpLayerRouter({ api, path: "/docs" })).pipe(
        Scope.extend(scope)
      )
    )
    return {
      "/openapi.json": Effect.map(
        document,
        (json) => HttpServerResponse.text(json, { contentType: "application/json" })
      ),
      "/docs": Effect.scoped(Effect.orDie(Effect.flatten(docs)))
    }
  }
)
