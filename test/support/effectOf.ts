import type { HttpServerRequest } from "@effect/platform"
import { Effect } from "effect"
import type { App } from "../../src/platform/http/RequestRunner.ts"
import { toResponse } from "../../src/platform/http/TextAnswer.ts"
import { isAnswer } from "../../src/platform/http/writeAnswer.ts"

/** What an application answers, in the fiber of the test: under its clock, its loggers and its scope. */
export const effectOf = (app: App, request: HttpServerRequest.HttpServerRequest) =>
  Effect.suspend(() => {
    const reply = app(request)
    return isAnswer(reply)
      ? Effect.succeed(toResponse(reply))
      : Effect.map(
        Effect.exit(Effect.provide(reply.effect(), reply.context)),
        (exit) => toResponse(reply.answer(exit))
      )
  })
