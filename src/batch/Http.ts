import type { HttpServerRequest } from "@effect/platform"
import { Effect, Option } from "effect"
import { AppConfig } from "../AppConfig.ts"
import * as EventStream from "../platform/http/contract/EventStream.ts"
import type { Handlers } from "../platform/http/contract/Handlers.ts"
import { hasSeenEnd, workEvents } from "../platform/http/exchange/workEvents.ts"
import { networkOf } from "../platform/lifecycle/Clients.ts"
import type { BatchApi } from "./Api.ts"
import { Batch } from "./Batch.ts"

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
        return yield* workEvents(config, request, (send) =>
          Effect.map(
            run((progress) => send({ id: String(progress.done), event: "progress", data: JSON.stringify(progress) })),
            (results) => JSON.stringify({ results })
          ))
      }
    )

    return {
      process: ({ payload, request, urlParams: { concurrency } }) =>
        EventStream.negotiated(
          request,
          Effect.map(batch.process(payload, concurrency, clientOf(request)), (results) => ({ results })),
          // a reconnecting client that has all results must not run the batch again
          hasSeenEnd(request)
            ? Effect.succeed(EventStream.ended)
            : events(payload, concurrency, request)
        )
    }
  }
)
