import { type HttpApi, type HttpApiGroup, HttpServerRequest } from "@effect/platform"
import { Effect } from "effect"
import * as HttpApiApp from "../../src/platform/http/compiled/HttpApiApp.ts"
import { toResponse } from "../../src/platform/http/exchange/Answer.ts"
import { isAnswer } from "../../src/platform/http/exchange/Answer.ts"
import type { App } from "../../src/platform/http/exchange/App.ts"
import * as StockHttpApi from "../../src/platform/http/stock/StockHttpApi.ts"
import { httpAdapter } from "./adapter.ts"

const run = (app: App) => (request: HttpServerRequest.HttpServerRequest) =>
  Effect.suspend(() => {
    const reply = app(request)
    return isAnswer(reply)
      ? Effect.succeed(toResponse(reply))
      : Effect.map(
        Effect.exit(Effect.provide(reply.effect(), reply.context)),
        (exit) => toResponse(reply.answer(exit))
      )
  })

/**
 * Answers requests by the adapter under test for a contract and its handlers, without a socket. Runs in the fiber of
 * the test, under its clock, loggers and scope.
 */
export const make = <Id extends string, Groups extends HttpApiGroup.HttpApiGroup.Any, E>(
  api: HttpApi.HttpApi<Id, Groups, E, never>,
  handlers: Parameters<typeof HttpApiApp.make>[1]
) =>
  httpAdapter === "compiled"
    ? Effect.map(HttpApiApp.make(api, handlers, {}), run)
    : Effect.map(
      Effect.scoped(StockHttpApi.make(api, handlers, {}, () => true)),
      (app) => (request: HttpServerRequest.HttpServerRequest) =>
        Effect.provideService(app, HttpServerRequest.HttpServerRequest, request)
    )
