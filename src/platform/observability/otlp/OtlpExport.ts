// @effect/opentelemetry 0.64.1 was tried. While its receiver is slow its buffer has no bound, and each thousand spans
// start one more request. It heeds Retry-After of 429 alone, drops spans without a count, sends the messages of errors,
// and knows no caller's decision. OpenTelemetry's own exporter counts no losses either, and its current line wants Node
// 22.15.
import { FetchHttpClient } from "@effect/platform"
import { Duration, Effect, Layer, Option } from "effect"
import { randomUUID } from "node:crypto"
import { AppConfig } from "../../../AppConfig.ts"
import { SpanCollector } from "../SpanCollector.ts"
import { tracer } from "./CollectedSpan.ts"
import { endpointOf, posting } from "./posting.ts"
import { SpanQueue } from "./SpanQueue.ts"

/** Time at the stop for the spans that are left, which begins when no request is in flight any more. */
const flushTime = Duration.seconds(3)

const make = Effect.fnUntraced(function*(url: URL) {
  const { otlpInterval, otlpQueue, otlpTimeout } = yield* AppConfig
  const endpoint = endpointOf(url)
  const post = yield* posting(endpoint, otlpTimeout, [
    ["service.name", "barista"],
    ["service.instance.id", randomUUID()],
    ["telemetry.sdk.language", "nodejs"]
  ])
  const queue = new SpanQueue(otlpQueue, post)
  const told = Effect.annotateLogs({ otlp: endpoint })
  yield* Effect.addFinalizer(() => told(queue.flush(flushTime)))
  yield* Effect.forkScoped(Effect.interruptible(told(queue.sending(otlpInterval))))
  return (trace: string) => tracer(queue.add, trace)
})

/** Exports the spans of recorded runs to `OTLP_URL`; does nothing where it is not set. */
export const layer = Layer.scoped(
  SpanCollector,
  Effect.flatMap(
    AppConfig,
    ({ otlpUrl }) => Option.match(otlpUrl, { onNone: () => Effect.succeed(undefined), onSome: make })
  )
).pipe(
  Layer.provide(FetchHttpClient.layer),
  Layer.provide(Layer.succeed(FetchHttpClient.RequestInit, { redirect: "manual" }))
)
