import { NodeHttpServerRequest } from "@effect/platform-node"
import { Context, Effect, type Exit, type Tracer } from "effect"
import { callersSpan } from "../../observability/TraceContext.ts"
import { keepsSpans } from "../../observability/Tracing.ts"
import { Recorder } from "../../recorder/Recorder.ts"
import type { Exchange } from "../exchange/Exchange.ts"
import { Incoming } from "../exchange/Incoming.ts"
import type { Operation } from "../operation/Operations.ts"

/** Starts and ends the server span of each run of an operation, and begins the recording of some. */
export interface OperationSpans {
  /** Starts the span as a child of the caller's span, and stores it in the exchange. */
  readonly start: (exchange: Exchange, operation: Operation) => Tracer.Span
  readonly end: (exchange: Exchange, exit: Exit.Exit<unknown, unknown>) => void
}

const noLinks: ReadonlyArray<Tracer.SpanLink> = []

/**
 * Makes `OperationSpans` with the tracer and the clock of the current fiber. If the tracer keeps no spans, times and
 * attributes are left out.
 */
export const operationSpans: Effect.Effect<OperationSpans> = Effect.gen(function*() {
  const clock = yield* Effect.clock
  const tracer = yield* Effect.tracer
  const recorder = yield* Recorder
  const isRecorded = keepsSpans(tracer)
  const now = () => isRecorded ? clock.unsafeCurrentTimeNanos() : 0n
  return {
    start: (exchange, { name, path }) => {
      const { headers, method } = exchange.request
      const caller = callersSpan(headers)
      const recorded = recorder.request({ name, route: path, caller, arrived: exchange.arrived })
      const span = (recorded?.tracer ?? tracer).span(name, caller, Context.empty(), noLinks, now(), "server")
      if (isRecorded) {
        span.attribute("http.request.method", method)
        span.attribute("http.route", path)
      }
      exchange.span = span
      exchange.recorded = recorded
      const source = NodeHttpServerRequest.toIncomingMessage(exchange.request)
      if (source instanceof Incoming) {
        source.route = path
        if (recorded !== undefined) source.recorded = recorded
      }
      return span
    },
    end: ({ recorded, span }, exit) => {
      recorded?.settle(exit)
      if (isRecorded || recorded !== undefined) span?.end(now(), exit)
    }
  }
})
