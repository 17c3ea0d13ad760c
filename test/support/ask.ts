import { type HttpApi, type HttpApiGroup, HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { Effect } from "effect"
import * as App from "./app.ts"

/**
 * Sends requests to a contract and its handlers without a socket; returns status, headers and the JSON of the answer.
 */
export const asker = <Id extends string, Groups extends HttpApiGroup.HttpApiGroup.Any, E>(
  api: HttpApi.HttpApi<Id, Groups, E, never>,
  handlers: Parameters<typeof App.make>[1]
) =>
  Effect.map(App.make(api, handlers), (app) => (path: string, language = "fr") =>
    Effect.gen(function*() {
      const request = new Request(`http://localhost${path}`, { headers: { "accept-language": language } })
      const answer = HttpServerResponse.toWeb(yield* app(HttpServerRequest.fromWeb(request)))
      const body: unknown = yield* Effect.promise(() => answer.json())
      return { status: answer.status, headers: answer.headers, body }
    }))
