import type { HttpServerResponse } from "@effect/platform"
import { Cause, Chunk, Effect, Option, Runtime } from "effect"
import { InternalError, type Problem } from "../../domain/Problem.ts"
import { type DatabaseUnavailable, isPassing, unavailable } from "../sql/DatabaseUnavailable.ts"
import { type Exchange, renderProblem } from "./Exchange.ts"

/** The problem of a cause whose defects all come from a passing state of the database. */
const passing = (cause: Cause.Cause<Problem>): DatabaseUnavailable | undefined => {
  const defects = Cause.defects(cause)
  return Chunk.every(defects, isPassing)
    ? Option.getOrUndefined(Option.map(Chunk.head(defects), unavailable))
    : undefined
}

/**
 * The one place where failures become answers: a problem that the contract knows as its document, a passing state of the database as a 503,
 * anything else as a 500. The last two are logged once.
 */
export const failuresOf = (runtime: Runtime.Runtime<never>) => {
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
    answer: (exchange: Exchange, cause: Cause.Cause<Problem>): HttpServerResponse.HttpServerResponse => {
      if (exchange.fault !== undefined) return renderProblem(exchange, exchange.fault)
      const failure = Cause.failureOption(cause)
      const isExpected = Option.isSome(failure) && Chunk.isEmpty(Cause.defects(cause))
      return renderProblem(exchange, isExpected ? failure.value : report(exchange, cause))
    },
    /** That a client which left, or was cut off at the server's deadline, has interrupted its request is no failure. */
    abandoned: (exchange: Exchange, cause: Cause.Cause<Problem>): void => {
      if (!Chunk.isEmpty(Cause.defects(cause))) report(exchange, cause)
    }
  }
}

export type Failures = ReturnType<typeof failuresOf>
