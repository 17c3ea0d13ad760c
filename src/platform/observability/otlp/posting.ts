import { HttpBody, HttpClient, HttpClientRequest } from "@effect/platform"
import { Clock, Data, type Duration, Effect, Option, Schema } from "effect"
import * as RetryAfter from "../../http/contract/RetryAfter.ts"
import { type CollectedSpan, keyValues } from "./CollectedSpan.ts"

/** Statuses after which the same batch may be sent again (OTLP 1.9, OTLP/HTTP response). */
const passing: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** A request that did not deliver its spans. */
export class NotSent extends Data.TaggedError("NotSent")<{
  readonly reason: string
  readonly isPassing: boolean
  readonly retryAfter: Option.Option<Duration.Duration>
}> {}

const PartialSuccess = Schema.Struct({
  partialSuccess: Schema.optional(Schema.Struct({
    rejectedSpans: Schema.optional(Schema.Union(Schema.NumberFromString, Schema.Number))
  }))
})

/** The endpoint for traces below the URL of a receiver. */
export const endpointOf = (url: URL): string => {
  const base = url.href.replace(/\/$/, "")
  return base.endsWith("/v1/traces") ? base : `${base}/v1/traces`
}

/**
 * Makes the function that sends spans to a receiver in one request, and returns how many the receiver rejected. The
 * requests themselves are no spans.
 */
export const posting = (
  endpoint: string,
  timeout: Duration.Duration,
  about: ReadonlyArray<readonly [string, string]>
) =>
  Effect.gen(function*() {
    const client = (yield* HttpClient.HttpClient).pipe(
      HttpClient.withTracerPropagation(false),
      HttpClient.withTracerDisabledWhen(() => true)
    )
    const resource = { attributes: keyValues(about) }
    return (spans: ReadonlyArray<CollectedSpan>): Effect.Effect<number, NotSent> =>
      Effect.gen(function*() {
        const body = JSON.stringify({
          resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "barista" }, spans }] }]
        })
        const response = yield* client.execute(
          HttpClientRequest.post(endpoint, { body: HttpBody.text(body, "application/json") })
        )
        const { status } = response
        if (status >= 200 && status < 300) {
          const { partialSuccess } = yield* Effect.orElseSucceed(
            Effect.flatMap(response.json, Schema.decodeUnknown(PartialSuccess)),
            () => ({ partialSuccess: undefined })
          )
          return partialSuccess?.rejectedSpans ?? 0
        }
        const now = yield* Clock.currentTimeMillis
        return yield* new NotSent({
          reason: `the receiver answers ${status}`,
          isPassing: passing.has(status),
          retryAfter: RetryAfter.parse(response.headers["retry-after"], now)
        })
      }).pipe(
        Effect.scoped,
        Effect.catchTag(
          "RequestError",
          () => new NotSent({ reason: "the receiver is away", isPassing: true, retryAfter: Option.none() })
        ),
        Effect.timeoutFail({
          duration: timeout,
          onTimeout: () =>
            new NotSent({ reason: "the receiver does not answer in time", isPassing: true, retryAfter: Option.none() })
        }),
        Effect.catchTag(
          "ResponseError",
          () => new NotSent({ reason: "the answer broke off", isPassing: false, retryAfter: Option.none() })
        )
      )
  })
