import type { HttpServerRequest } from "@effect/platform"
import { Cause, Effect, Option } from "effect"
import { AppConfig } from "../AppConfig.ts"
import { InternalError, type Problem } from "../domain/Problem.ts"
import { Locale } from "../domain/Text.ts"
import * as EventStream from "../platform/http/contract/EventStream.ts"
import type { Handlers } from "../platform/http/contract/Handlers.ts"
import * as ProblemResponse from "../platform/http/exchange/ProblemResponse.ts"
import { networkOf } from "../platform/lifecycle/Clients.ts"
import { traceIdOf } from "../platform/observability/TraceContext.ts"
import type { BatchApi } from "./Api.ts"
import { Batch } from "./Batch.ts"

const utf8 = new TextDecoder()

/** The id of a batch's last event. */
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

/** Identifies the client of a request by its address, if known. */
const clientOf = ({ remoteAddress }: HttpServerRequest.HttpServerRequest) =>
  Option.getOrUndefined(Option.map(remoteAddress, networkOf))

/** Handlers that decode, call and encode. A request that accepts an event stream gets a stream. */
export const handlers = Effect.map(
  Effect.all([Batch, AppConfig], { concurrency: 1 }),
  ([batch, config]): Handlers<typeof BatchApi> => {
    const events = Effect.fnUntraced(
      function*(
        items: ReadonlyArray<string>,
        concurrency: number | undefined,
        request: HttpServerRequest.HttpServerRequest
      ) {
        const run = yield* batch.withProgress(items, concurrency, clientOf(request))
        const document = yield* problemDocument(request.url)
        // the batch runs after the handler has answered, but belongs to its trace
        const context = yield* Effect.context<never>()
        return yield* EventStream.response(config, (send) => {
          const fail = (problem: Problem) => send({ id: end, event: "error", data: document(problem) })
          return run((progress) =>
            send({ id: String(progress.done), event: "progress", data: JSON.stringify(progress) })
          ).pipe(
            Effect.flatMap((results) => send({ id: end, event: "result", data: JSON.stringify({ results }) })),
            Effect.catchTags({ Overloaded: fail, RateLimited: fail, TimedOut: fail }),
            Effect.catchAllDefect((defect) =>
              Effect.zipRight(Effect.logError("unexpected failure", Cause.die(defect)), fail(new InternalError()))
            ),
            Effect.provide(context)
          )
        })
      }
    )

    return {
      process: ({ payload, request, urlParams: { concurrency } }) =>
        EventStream.negotiated(
          request,
          Effect.map(batch.process(payload, concurrency, clientOf(request)), (results) => ({ results })),
          // a reconnecting client that has all results must not run the batch again
          EventStream.lastEventId(request) === end
            ? Effect.succeed(EventStream.ended)
            : events(payload, concurrency, request)
        )
    }
  }
)
