import type { HttpServerResponse } from "@effect/platform"
import { Cause, Chunk, Effect, Option, Runtime } from "effect"
import { InternalError, type Problem } from "../../domain/Problem.ts"
import { type Exchange, renderProblem } from "./Exchange.ts"

/** The one place where failures become answers: what the contract knows as its problem document, anything else as a 500, logged once. */
export const failuresOf = (runtime: Runtime.Runtime<never>) => {
  const log = ({ path, span }: Exchange, cause: Cause.Cause<Problem>) =>
    Runtime.runFork(
      runtime,
      Effect.annotateLogs(Effect.logError("unexpected failure", cause), { trace_id: span?.traceId, path })
    )
  return {
    answer: (exchange: Exchange, cause: Cause.Cause<Problem>): HttpServerResponse.HttpServerResponse => {
      const failure = Cause.failureOption(cause)
      if (Option.isSome(failure) && Chunk.isEmpty(Cause.defects(cause))) return renderProblem(exchange, failure.value)
      log(exchange, cause)
      return renderProblem(exchange, new InternalError())
    },
    /** That a client which left, or was cut off at the server's deadline, has interrupted its request is no failure. */
    abandoned: (exchange: Exchange, cause: Cause.Cause<Problem>): void => {
      if (!Chunk.isEmpty(Cause.defects(cause))) log(exchange, cause)
    }
  }
}

export type Failures = ReturnType<typeof failuresOf>
