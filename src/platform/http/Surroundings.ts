import type { HttpServerResponse } from "@effect/platform"
import { NodeHttpServerRequest } from "@effect/platform-node"
import { Context, Effect, type Exit, Option, type Tracer } from "effect"
import type { Problem } from "../../domain/Problem.ts"
import { IdempotencyKeys } from "../idempotency/IdempotencyKeys.ts"
import { callersSpan } from "../observability/TraceContext.ts"
import { keepsSpans } from "../observability/Tracing.ts"
import type { Decoded } from "./DecodeRequest.ts"
import { type Exchange, renderProblem } from "./Exchange.ts"
import type { Failures } from "./Failures.ts"
import { Incoming } from "./Incoming.ts"
import type { Operation } from "./Router.ts"

/** What the runs of all operations share, whichever adapter runs them. */
export const surroundings = Effect.fnUntraced(function*(failures: Failures) {
  const clock = yield* Effect.clock
  const tracer = yield* Effect.tracer
  const keys = yield* Effect.serviceOption(IdempotencyKeys)
  return { clock, tracer, keys, failures, isRecorded: keepsSpans(tracer) }
})

const noLinks: ReadonlyArray<Tracer.SpanLink> = []

export type Surroundings = Effect.Effect.Success<ReturnType<typeof surroundings>>

/** Starts the one span of a run of an operation, within the caller's span, and makes it the exchange's. */
export const startSpan = (shared: Surroundings, exchange: Exchange, operation: Operation): Tracer.Span => {
  const { headers, method } = exchange.request
  const { name, path } = operation
  const span = shared.tracer.span(name, callersSpan(headers), Context.empty(), noLinks, now(shared), "server")
  if (shared.isRecorded) {
    span.attribute("http.request.method", method)
    span.attribute("http.route", path)
  }
  exchange.span = span
  const source = NodeHttpServerRequest.toIncomingMessage(exchange.request)
  if (source instanceof Incoming) source.route = path
  return span
}

export const endSpan = (shared: Surroundings, span: Tracer.Span, exit: Exit.Exit<unknown, unknown>): void => {
  if (shared.isRecorded) span.end(now(shared), exit)
}

/** Of a span that nobody records nobody asks the time. */
const now = ({ clock, isRecorded }: Surroundings) => isRecorded ? clock.unsafeCurrentTimeNanos() : 0n

/** Runs a decoded request that carries an idempotency key at most once: `respond` is not run where its answer is known already. */
export const atMostOnce = (
  { keys }: Surroundings,
  exchange: Exchange,
  operation: Operation,
  { idempotencyKey: key, request, ...input }: Decoded & { readonly idempotencyKey: string },
  respond: Effect.Effect<HttpServerResponse.HttpServerResponse, Problem>
): Effect.Effect<HttpServerResponse.HttpServerResponse, Problem> =>
  Option.match(keys, {
    onNone: () => Effect.dieMessage("no layer of IdempotencyKeys"),
    onSome: ({ once }) =>
      once({
        key,
        authorization: request.headers["authorization"],
        operation: operation.name,
        input,
        respond,
        render: (problem) => renderProblem(exchange, problem)
      })
  })
