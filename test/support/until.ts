import { Effect } from "effect"

/** Repeats a question, a turn of the event loop apart, until its answer is the right one, which it returns. */
export const until = <A, E, R>(question: Effect.Effect<A, E, R>, isRight: (answer: A) => boolean) =>
  Effect.repeat(Effect.delay(question, "1 millis"), { until: isRight })
