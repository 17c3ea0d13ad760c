import { NodeHttpServerRequest } from "@effect/platform-node"
import { Cause, Context, Effect, Exit, Option, type Tracer } from "effect"
import type { Problem } from "../../../domain/Problem.ts"
import { SpanCollector } from "../../observability/SpanCollector.ts"
import { callersSpan } from "../../observability/TraceContext.ts"
import { keepsSpans } from "../../observability/Tracing.ts"
import type { Recorded } from "../../recorder/Recorded.ts"
import { Recorder } from "../../recorder/Recorder.ts"
import type { Answer } from "../exchange/Answer.ts"
import type { Exchange } from "../exchange/Exchange.ts"
import { Incoming } from "../exchange/Incoming.ts"
import * as ProblemResponse from "../exchange/ProblemResponse.ts"
import type { Operation } from "../operation/Operations.ts"

/** Starts and ends the server span of each run of an operation, and begins the recording of some. */
export interface OperationSpans {
  /** Starts the span as a child of the caller's span, and stores it in the exchange. */
  readonly start: (exchange: Exchange, operation: Operation) => Tracer.Span
  readonly end: (exchange: Exchange, exit: Exit.Exit<Answer, Problem>) => void
}

const noLinks: ReadonlyArray<Tracer.SpanLink> = []

/** The status of the answer to a run; undefined for a defect, or where nobody waits any more. */
const statusOf = (exit: Exit.Exit<Answer, Problem>): number | undefined =>
  Exit.isSuccess(exit)
    ? exit.value.status
    : Option.getOrUndefined(Option.map(Cause.failureOption(exit.cause), ProblemResponse.statusOf))

/**
 * Makes `OperationSpans` with the tracer and the clock of the current fiber. If the tracer keeps no spans, times and
 * attributes are left out.
 */
export const operationSpans: Effect.Effect<OperationSpans> = Effect.gen(function*() {
  const clock = yield* Effect.clock
  const tracer = yield* Effect.tracer
  const recorder = yield* Recorder
  const collects = (yield* SpanCollector) !== undefined
  const isKept = keepsSpans(tracer)
  const isCollected = (recorded: Recorded | undefined) => isKept || (collects && recorded !== undefined)
  return {
    start: (exchange, { name, path }) => {
      const { headers, method } = exchange.request
      const caller = callersSpan(headers)
      const recorded = recorder.request({ name, route: path, caller, arrived: exchange.arrived })
      const hasDetails = isCollected(recorded)
      const start = hasDetails ? clock.unsafeCurrentTimeNanos() : 0n
      const span = (recorded?.tracer ?? tracer).span(name, caller, Context.empty(), noLinks, start, "server")
      if (hasDetails) {
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
      if (isCollected(recorded)) {
        const status = statusOf(exit)
        if (status !== undefined) span?.attribute("http.response.status_code", status)
        span?.end(clock.unsafeCurrentTimeNanos(), exit)
      } else if (recorded !== undefined) span?.end(0n, exit)
    }
  }
})
