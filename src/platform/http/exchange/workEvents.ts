import type { HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { Cause, Effect, Option } from "effect"
import { InternalError, type Problem } from "../../../domain/Problem.ts"
import { Locale } from "../../../domain/Text.ts"
import { traceIdOf } from "../../observability/TraceContext.ts"
import * as EventStream from "../contract/EventStream.ts"
import * as ProblemResponse from "./ProblemResponse.ts"

const utf8 = new TextDecoder()

/** The id of the last event. */
const end = "end"

/** Renders failures as the problem documents of an answer without events. */
const problemDocument = (url: string) =>
  Effect.map(Effect.all([Locale, Effect.option(Effect.currentSpan)], { concurrency: 1 }), ([language, span]) => {
    const path = url.split("?", 1)[0] ?? url
    const traceId = Option.match(span, { onNone: () => traceIdOf({}), onSome: ({ traceId }) => traceId })
    return (problem: Problem): string => {
      const { body } = ProblemResponse.render(problem, { language, path, traceId })
      return body._tag === "Uint8Array" ? utf8.decode(body.body) : "{}"
    }
  })

/**
 * Answers a piece of work as events: those that it sends itself, then `result` with its data, or `error` with the
 * problem document of its failure. A client that connects again after the end is told that there is no more.
 */
export const workEvents = (
  options: EventStream.Options,
  request: HttpServerRequest.HttpServerRequest,
  work: (send: EventStream.Send) => Effect.Effect<string, EventStream.ClientStalled | Problem>
): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
  Effect.gen(function*() {
    const document = yield* problemDocument(request.url)
    // the work goes on after the handler has answered, but belongs to its trace
    const context = yield* Effect.context<never>()
    return yield* EventStream.response(options, (send) => {
      const fail = (problem: Problem) => send({ id: end, event: "error", data: document(problem) })
      return work(send).pipe(
        Effect.flatMap((data) => send({ id: end, event: "result", data })),
        Effect.catchAll((failure) => "problem" in failure ? fail(failure) : Effect.fail(failure)),
        Effect.catchAllDefect((defect) =>
          Effect.zipRight(Effect.logError("unexpected failure", Cause.die(defect)), fail(new InternalError()))
        ),
        Effect.provide(context)
      )
    })
  })

/** True for a client that connects again though it has seen the last event of a piece of work. */
export const hasSeenEnd = (request: HttpServerRequest.HttpServerRequest): boolean =>
  EventStream.lastEventId(request) === end
