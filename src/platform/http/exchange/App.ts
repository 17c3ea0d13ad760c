import type { HttpServerRequest } from "@effect/platform"
import type { Context, Effect, Exit } from "effect"
import type { Problem } from "../../../domain/Problem.ts"
import type { Answer } from "./Answer.ts"

/** Work that finds an answer in a fiber, because it takes time. Exactly one of `answer` and `abandoned` is called when it ends. */
export interface Work {
  readonly effect: () => Effect.Effect<Answer, Problem>
  readonly context: Context.Context<never>
  /** Turns the end of the effect into an answer, an interruption included. */
  answer(exit: Exit.Exit<Answer, Problem>): Answer
  /** Receives the end of the effect where nobody waits for an answer: the client has left, or has got a websocket. */
  abandoned(exit: Exit.Exit<Answer, Problem>): void
}

/** Answers a request at once, or returns the work that finds the answer. */
export type App = (request: HttpServerRequest.HttpServerRequest) => Answer | Work
