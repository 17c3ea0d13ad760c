import { type HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { Effect } from "effect"
import type { App } from "../../src/platform/http/RequestRunner.ts"

/** What an application answers, in the fiber of the test: under its clock, its loggers and its scope. */
export const effectOf = (app: App, request: HttpServerRequest.HttpServerRequest) =>
  Effect.suspend(() => {
    const reply = app(request)
    return HttpServerResponse.isServerResponse(reply)
      ? Effect.succeed(reply)
      : Effect.map(Effect.exit(Effect.provide(reply.effect(), reply.context)), (exit) => reply.answer(exit))
  })
