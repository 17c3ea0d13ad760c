import type { HttpServerRequest } from "@effect/platform"
import type { Context, Effect, Exit } from "effect"
import type { Problem } from "../../../domain/Problem.ts"
import type { Answer } from "./Answer.ts"

/**
 * Work that takes time, so it finds its answer in a fiber. When the fiber ends, exactly one of `answer` and `abandoned`
 * is called.
 */
export interface Work {
  readonly effect: () => Effect.Effect<Answer, Problem>
  readonly context: Context.Context<never>
  /** Turns the fiber's exit into an answer, also after an interruption. */
  answer(exit: Exit.Exit<Answer, Problem>): Answer
  /** Receives the fiber's exit if no client waits for an answer: the client has left, or has a websocket now. */
  abandoned(exit: Exit.Exit<Answer, Problem>): void
}

export type App = (request: HttpServerRequest.HttpServerRequest) => Answer | Work
