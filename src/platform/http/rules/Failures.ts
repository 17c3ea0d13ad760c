import type { HttpServerResponse } from "@effect/platform"
import { Cause, Chunk, Effect, Option, Runtime } from "effect"
import { InternalError, type Problem } from "../../../domain/Problem.ts"
import { type DatabaseUnavailable, isPassing, unavailable } from "../../sql/DatabaseUnavailable.ts"
import { type Exchange, renderProblem } from "../exchange/Exchange.ts"

/** Finds the problem of a cause whose defects all come from a passing state of the database. */
const passing = (cause: Cause.Cause<Problem>): DatabaseUnavailable | undefined => {
  const defects = Cause.defects(cause)
  return Chunk.every(defects, isPassing)
    ? Option.getOrUndefined(Option.map(Chunk.head(defects), unavailable))
    : undefined
}

/** Turns failures into answers, and logs failures outside the contract. */
export interface Failures {
  /**
   * Renders a problem of the contract as its document, a passing state of the database as a 503, anything else as a
   * 500. The last two are logged once.
   */
  readonly answer: (exchange: Exchange, cause: Cause.Cause<Problem>) => HttpServerResponse.HttpServerResponse
  /**
   * Logs the defects of a request without a waiting client. An interruption by a leaving client or by the stop is not a
   * failure.
   */
  readonly abandoned: (exchange: Exchange, cause: Cause.Cause<Problem>) => void
}

const failuresIn = (runtime: Runtime.Runtime<never>): Failures => {
  const write = ({ path, traceId }: Exchange, line: Effect.Effect<void>) =>
    Runtime.runFork(runtime, Effect.annotateLogs(line, { trace_id: traceId, path }))
  /** Logs a cause with defects, and returns the problem for the client. */
  const report = (exchange: Exchange, cause: Cause.Cause<Problem>): Problem => {
    const problem = passing(cause)
    if (problem === undefined) {
      write(exchange, Effect.logError("unexpected failure", cause))
      return new InternalError()
    }
    write(exchange, Effect.logWarning(problem.problem.detail.en, cause))
    return problem
  }
  return {
    answer: (exchange, cause) => {
      if (exchange.fault !== undefined) return renderProblem(exchange, exchange.fault)
      const failure = Cause.failureOption(cause)
      const isExpected = Option.isSome(failure) && Chunk.isEmpty(Cause.defects(cause))
      return renderProblem(exchange, isExpected ? failure.value : report(exchange, cause))
    },
    abandoned: (exchange, cause) => {
      if (!Chunk.isEmpty(Cause.defects(cause))) report(exchange, cause)
    }
  }
}

/** Makes `Failures`, which log in the runtime of the current fiber. */
export const failures: Effect.Effect<Failures> = Effect.map(Effect.runtime<never>(), failuresIn)
