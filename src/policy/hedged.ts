// Effect.raceAll starts all copies at once, and Effect.raceFirst takes a failure that another copy could outdo.
import { Cause, Deferred, Effect, Exit, Option, Scope } from "effect"
import { monotonicOf } from "./monotonic.ts"
import type { Hedge, NamedPolicy } from "./Policy.ts"
import { policyObserver } from "./PolicyObserver.ts"
import { PolicyRefused } from "./PolicyRefused.ts"
import type { StatefulParts } from "./StatefulParts.ts"
import { isTransient } from "./Transient.ts"

/** Tells whether another copy may still end better: after an accident, or after a refusal of this copy alone. */
const mayBeOutdone = (error: unknown): boolean => isTransient(error) || error instanceof PolicyRefused

/** True if no other copy would end better: a success, a defect, or an error that is no accident. */
const isFinal = (exit: Exit.Exit<unknown, unknown>): boolean =>
  Exit.isSuccess(exit) || !Option.exists(Cause.failureOption(exit.cause), mayBeOutdone)

/**
 * Starts a further copy of an attempt each time `after` passes without an answer, at most `most` beside the first, and
 * takes the first success (J. Dean, L. A. Barroso, "The Tail at Scale", 2013). The other copies are interrupted, and
 * have ended when the operation ends. A transient error, or a refusal, counts once no copy is left that could still
 * succeed.
 *
 * `mayStart` decides before each further copy. An attempt is told the number of its copy, 1 for the first.
 */
export const hedged =
  ({ after, most = 1 }: Hedge, mayStart: Effect.Effect<boolean>) =>
  <A, E, R>(attempt: (copy: number) => Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function*() {
        const scope = yield* Scope.make()
        const answer = yield* Deferred.make<A, E>()
        let started = 0
        let running = 0
        const start = Effect.suspend(() => {
          running++
          return restore(attempt(++started)).pipe(
            Effect.onExit((exit) => --running === 0 || isFinal(exit) ? Deferred.done(answer, exit) : Effect.void),
            Effect.forkIn(scope)
          )
        })
        const startFurther = Effect.zipRight(Effect.sleep(after), Effect.whenEffect(start, mayStart))
        yield* start
        yield* Effect.forkIn(restore(Effect.repeatN(startFurther, most - 1)), scope)
        const exit = yield* Effect.exit(restore(Deferred.await(answer)))
        yield* Scope.close(scope, exit)
        return yield* exit
      })
    )

/** Decides whether a further copy may start: not while the breaker is open, and only as the budget allows. */
export const mayHedge = ({ breaker, budget, counters, named }: StatefulParts): Effect.Effect<boolean> =>
  Effect.withFiberRuntime((fiber) => {
    if (breaker?.state(monotonicOf(fiber)) === "open") return Effect.succeed(false)
    if (budget?.take() === false) {
      counters.budgetSpent++
      fiber.getFiberRef(policyObserver)?.budgetSpent(fiber.id(), named)
      return Effect.succeed(false)
    }
    counters.hedges++
    return Effect.succeed(true)
  })

/** Reports that the calling fiber begins a further copy. */
export const reported = (copy: number, policy: NamedPolicy) => <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  copy === 1 ? effect : Effect.withFiberRuntime<A, E, R>((fiber) => {
    fiber.getFiberRef(policyObserver)?.hedged(fiber.id(), copy, policy)
    return effect
  })
