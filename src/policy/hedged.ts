// Effect.raceAll starts all copies at once, and Effect.raceFirst takes a failure that another copy could outdo.
import { Cause, Deferred, Effect, Exit, Option, Scope } from "effect"
import type { Hedge } from "./Policy.ts"
import { isTransient } from "./Transient.ts"

/** True if no other copy would end better: a success, a defect, or an error that is no accident. */
const isFinal = (exit: Exit.Exit<unknown, unknown>): boolean =>
  Exit.isSuccess(exit) || !Option.exists(Cause.failureOption(exit.cause), isTransient)

/**
 * Starts a further copy of an attempt each time `after` passes without an answer, at most `most` beside the first, and
 * takes the first success (J. Dean, L. A. Barroso, "The Tail at Scale", 2013). The other copies are interrupted, and
 * have ended when the operation ends. A transient error counts once no copy is left that could still succeed.
 *
 * `mayStart` is asked before each further copy, and told by that of its start.
 */
export const hedged =
  ({ after, most = 1 }: Hedge, mayStart: () => boolean) =>
  <A, E, R>(attempt: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function*() {
        const scope = yield* Scope.make()
        const answer = yield* Deferred.make<A, E>()
        let running = 0
        const start = Effect.suspend(() => {
          running++
          return restore(attempt).pipe(
            Effect.onExit((exit) => --running === 0 || isFinal(exit) ? Deferred.done(answer, exit) : Effect.void),
            Effect.forkIn(scope)
          )
        })
        const startFurther = Effect.zipRight(
          Effect.sleep(after),
          Effect.suspend(() => mayStart() ? Effect.asVoid(start) : Effect.void)
        )
        yield* start
        yield* Effect.forkIn(restore(Effect.repeatN(startFurther, most - 1)), scope)
        const exit = yield* Effect.exit(restore(Deferred.await(answer)))
        yield* Scope.close(scope, exit)
        return yield* exit
      })
    )
