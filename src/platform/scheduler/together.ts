import { Effect, Exit, Fiber, Runtime, RuntimeFlags } from "effect"

/** How a fiber has ended, where it has, and else what waits for its end. */
const endOf = <A, E>(fiber: Fiber.RuntimeFiber<A, E>): Effect.Effect<A, E> => fiber.unsafePoll() ?? Fiber.join(fiber)

/**
 * Three effects at once, each in a fiber of its own, as `Effect.all` with a concurrency of 3: the first failure, or an interruption,
 * interrupts the others and waits for them. Each fiber runs at once until it waits for something, instead of being scheduled: three queries
 * that wait for nothing, as those of SQLite, take a third of the time. What the fibers set of fiber refs is lost where they do not wait.
 */
export const together = <A, B, C, E1, E2, E3>(
  first: Effect.Effect<A, E1>,
  second: Effect.Effect<B, E2>,
  third: Effect.Effect<C, E3>
): Effect.Effect<readonly [A, B, C], E1 | E2 | E3> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.withFiberRuntime<readonly [A, B, C], E1 | E2 | E3>((fiber, { runtimeFlags }) => {
      const runtime = Runtime.make({
        context: fiber.currentContext,
        fiberRefs: fiber.getFiberRefs(),
        runtimeFlags: RuntimeFlags.enable(runtimeFlags, RuntimeFlags.Interruption)
      })
      const fibers = [
        Runtime.runFork(runtime, first),
        Runtime.runFork(runtime, second),
        Runtime.runFork(runtime, third)
      ] as const
      const [one, two, three] = [endOf(fibers[0]), endOf(fibers[1]), endOf(fibers[2])]
      if ([one, two, three].every(Exit.isExit)) return Effect.all([one, two, three], { concurrency: 1 })
      return restore(Effect.all([one, two, three], { concurrency: 3 })).pipe(
        Effect.onExit((exit) => Exit.isSuccess(exit) ? Effect.void : Fiber.interruptAll(fibers))
      )
    })
  )
