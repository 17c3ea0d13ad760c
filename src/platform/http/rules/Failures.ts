import type { HttpServerResponse } from "@effect/platform"
import { Cause, Chunk, Effect, Option, Runtime } from "effect"
import { InternalError, type Problem } from "../../../domain/Problem.ts"
import { type DatabaseUnavailable, isPassing, unavailable } from "../../sql/DatabaseUnavailable.ts"
import { type Exchange, renderProblem } from "../exchange/Exchange.ts"

/** The problem of a cause whose defects all come from a passing state of the database. */
const passing = (cause: Cause.Cause<Problem>): DatabaseUnavailable | undefined => {
  const defects = Cause.defects(cause)
  return Chunk.every(defects, isPassing)
    ? Option.getOrUndefined(Option.map(Chunk.head(defects), unavailable))
    : undefined
}

/** Turns failures into answers, and logs those that the contract does not know. */
export interface Failures {
  /**
   * Renders a problem of the contract as its document, a passing state of the database as a 503, anything else as a 500. The last two are
   * logged once.
   */
  readonly answer: (exchange: Exchange, cause: Cause.Cause<Problem>) => HttpServerResponse.HttpServerResponse
  /** Logs the defects of a request that nobody waits for. Its interruption, by a client that left or by the stop, is no failure. */
  readonly abandoned: (exchange: Exchange, cause: Cause.Cause<Problem>) => void
}

const failuresIn = (runtime: Runtime.Runtime<never>): Failures => {
  const write = ({ path, traceId }: Exchange, line: Effect.Effect<void>) =>
    Runtime.runFork(runtime, Effect.annotateLogs(line, { trace_id: traceId, path }))
  /** Logs a cause with defects; answers what a client is told of it. */
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

/** Logs in the runtime of the fiber that makes it. */
export const failures: Effect.Effect<Failures> = Effect.map(Effect.runtime<never>(), failuresIn)
