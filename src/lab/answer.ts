import { Effect } from "effect"
import type { Timeline } from "../timeline/Timeline.ts"

/** The span of the part of a run that ends with the answer to its caller. */
const answerSpan = "answer"

/** Marks the part of a program that ends with the answer to its caller. */
export const answer = Effect.withSpan(answerSpan)

/** The time until the last caller had its answer, in nanoseconds. */
export const answeredAfter = ({ duration_ns, spans }: Timeline): number => {
  const answers = spans.filter(({ name }) => name === answerSpan)
  return answers.length === 0 ? duration_ns : Math.max(...answers.map(({ to }) => to))
}
