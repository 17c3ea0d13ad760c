import {
  type HttpApi,
  type HttpApiGroup,
  HttpApiSwagger,
  type HttpApp,
  HttpLayerRouter,
  HttpServerRequest,
  HttpServerResponse,
  OpenApi
} from "@effect/platform"
import { Context, Effect, identity, Option, Scope } from "effect"
import { AppConfig } from "../../../AppConfig.ts"
import { type Language, negotiate } from "../../../domain/Text.ts"
import * as Preconditions from "../contract/Preconditions.ts"
import { withLimits } from "./Limits.ts"
import { type Texts, translated } from "./Texts.ts"
import { withTokens } from "./transform.ts"

/**
 * Values that the document takes from the settings. A contract names a setting by its variable; the document shows its
 * value in force.
 */
export interface Options {
  readonly limits?: Readonly<Record<string, number>>
  readonly texts?: Texts
}

/** A cup as an icon, since browsers ask for one beside the first page. */
const icon =
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><text y=".9em" font-size="90">☕</text></svg>`

/** Documents the contract in one language and with the limits in force. */
const documented = <Id extends string, Groups extends HttpApiGroup.HttpApiGroup.Any, E>(
  api: HttpApi.HttpApi<Id, Groups, E, never>,
  language: Language,
  { limits = {}, texts = {} }: Options,
  asksForTokens: boolean
) => {
  const transform = Option.getOrElse(Context.getOption(api.annotations, OpenApi.Transform), () => identity)
  return api.annotate(
    OpenApi.Transform,
    (spec) => translated(withTokens(withLimits(transform(spec), limits), asksForTokens), texts, language)
  )
}

/** Serves the page in the language that the request asks for. */
const negotiated = (pages: Readonly<Record<Language, HttpApp.Default>>): HttpApp.Default =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ headers }) => {
    const language = negotiate(headers["accept-language"])
    const said = { "content-language": language, vary: "accept-language" }
    return Effect.map(pages[language], HttpServerResponse.setHeaders(said))
  })

/** Judges the conditions of a request for a page without validators. */
const untagged = (page: HttpApp.Default) =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => Preconditions.unmet(request) ?? page)

/**
 * Makes the pages that document a contract, in French and English: `/openapi.json` (OpenAPI 3.1) and `/docs`, which
 * works without a network.
 */
export const pages = Effect.fnUntraced(
  function*<Id extends string, Groups extends HttpApiGroup.HttpApiGroup.Any, E>(
    api: HttpApi.HttpApi<Id, Groups, E, never>,
    options: Options = {}
  ) {
    const scope = yield* Effect.scope
    const { apiTokens } = yield* AppConfig
    const inLanguage = (language: Language) => documented(api, language, options, Option.isSome(apiTokens))
    const json = (language: Language) =>
      Effect.map(
        Effect.cached(Effect.sync(() => JSON.stringify(OpenApi.fromApi(inLanguage(language))))),
        Effect.map((document) => HttpServerResponse.text(document, { contentType: "application/json" }))
      )
    // Made at its first use, because the page is a megabyte that most processes never serve.
    const docs = (language: Language) =>
      Effect.map(
        Effect.cached(
          Effect.suspend(() =>
            HttpLayerRouter.toHttpEffect(
              HttpApiSwagger.layerHttpLayerRouter({ api: inLanguage(language), path: `/${language}` })
            )
          ).pipe(Scope.extend(scope))
        ),
        // Each language needs its own path, because the library keeps both pages in one router.
        (page) =>
          Effect.flatten(page).pipe(
            Effect.orDie,
            Effect.scoped,
            Effect.updateService(HttpServerRequest.HttpServerRequest, (request) =>
              request.modify({ url: `/${language}` }))
          )
      )
    return {
      "/openapi.json": untagged(negotiated({ fr: yield* json("fr"), en: yield* json("en") })),
      "/docs": untagged(negotiated({ fr: yield* docs("fr"), en: yield* docs("en") })),
      "/favicon.ico": untagged(Effect.succeed(HttpServerResponse.text(icon, {
        contentType: "image/svg+xml",
        headers: { "cache-control": "max-age=86400" }
      })))
    }
  }
)
