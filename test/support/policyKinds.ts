import { Clock, Data, Duration, Effect, Fiber, Schema, TestClock } from "effect"
import { Policy } from "../../src/policy/Policy.ts"
import * as PolicyInterpreter from "../../src/policy/PolicyInterpreter.ts"

/** An accident, after which the upstream may ask to wait. */
export class Away extends Data.TaggedError("Away")<{ readonly retryAfter?: Duration.Duration }> {
  readonly transient = true
}

/** An answer that is no accident. */
export class Wrong extends Data.TaggedError("Wrong") {}

/** Makes a policy of its JSON. */
export const made = (json: typeof Policy.Encoded) => PolicyInterpreter.make(Schema.decodeSync(Policy)(json))

/** The milliseconds at which an operation is called, and how it ends: after a time, well or with an error. */
export const upstream = <E = never>(
  answer: (call: number) => { readonly takes?: number; readonly error?: E }
) => {
  const calls: Array<number> = []
  const log: Array<string> = []
  const note = (what: string) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      log.push(`${what} ${now}`)
    })
  const operation = Effect.suspend(() => {
    const call = calls.length + 1
    const { error, takes = 0 } = answer(call)
    return Effect.flatMap(Clock.currentTimeMillis, (now) => {
      calls.push(now)
      const end = error === undefined ? Effect.succeed(call) : Effect.fail(error)
      return takes === 0 ? end : Effect.zipRight(Effect.sleep(Duration.millis(takes)), end)
    }).pipe(Effect.onInterrupt(() => note(`${call} interrupted`)))
  })
  return { calls, log, operation }
}

/** Starts an operation and lets it come as far as it does without time. */
export const begun = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.zipLeft(Effect.fork(effect), TestClock.adjust(0))

/** The name and the reason of a failure, or its value. */
export const endOf = <A, E>(fiber: Fiber.RuntimeFiber<A, E>) =>
  Effect.match(Fiber.join(fiber), {
    onFailure: (error) => error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    onSuccess: (value): A | string => value
  })
