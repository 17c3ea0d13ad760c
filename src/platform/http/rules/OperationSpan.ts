import { NodeHttpServerRequest } from "@effect/platform-node"
import { Context, Effect, type Exit, type Tracer } from "effect"
import { callersSpan } from "../../observability/TraceContext.ts"
import { keepsSpans } from "../../observability/Tracing.ts"
import type { Exchange } from "../exchange/Exchange.ts"
import { Incoming } from "../exchange/Incoming.ts"
import type { Operation } from "../operation/Operations.ts"

/** Starts and ends the server span of each run of an operation. */
export interface OperationSpans {
  /** Starts the span as a child of the caller's span, and stores it in the exchange. */
  readonly start: (exchange: Exchange, operation: Operation) => Tracer.Span
  readonly end: (span: Tracer.Span, exit: Exit.Exit<unknown, unknown>) => void
}

const noLinks: ReadonlyArray<Tracer.SpanLink> = []

/**
 * Makes `OperationSpans` with the tracer and the clock of the current fiber. If the tracer keeps no spans, times and
 * attributes are left out.
 */
export const operationSpans: Effect.Effect<OperationSpans> = Effect.gen(function*() {
  const clock = yield* Effect.clock
  const tracer = yield* Effect.tracer
  const isRecorded = keepsSpans(tracer)
  const now = () => isRecorded ? clock.unsafeCurrentTimeNanos() : 0n
  return {
    start: (exchange, { name, path }) => {
      const { headers, method } = exchange.request
      const span = tracer.span(name, callersSpan(headers), Context.empty(), noLinks, now(), "server")
      if (isRecorded) {
        span.attribute("http.request.method", method)
        span.attribute("http.route", path)
      }
      exchange.span = span
      const source = NodeHttpServerRequest.toIncomingMessage(exchange.request)
      if (source instanceof Incoming) source.route = path
      return span
    },
    end: (span, exit) => {
      if (isRecorded) span.end(now(), exit)
    }
  }
})
