import { describe, expect, it } from "@effect/vitest"
import { Clock, Context, Deferred, Duration, Effect, Exit, Fiber, Option, Random, Ref, Schedule } from "effect"
import * as PolicyInterpreter from "../../src/policy/PolicyInterpreter.ts"
import { PolicyTimeout } from "../../src/policy/PolicyTimeout.ts"
import { runVirtual } from "../../src/simulation/VirtualClock.ts"
import { turn } from "../support/turn.ts"

const seed = 42

/** Runs the effect and returns its trace: each record with its virtual time in milliseconds. */
const traced = <E>(
  program: (record: (event: string) => Effect.Effect<void>) => Effect.Effect<unknown, E>,
  withSeed = seed
) =>
  Effect.gen(function*() {
    const events = yield* Ref.make<ReadonlyArray<readonly [number, string]>>([])
    const record = (event: string) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => Ref.update(events, (all) => [...all, [now, event] as const]))
    const { elapsed, exit } = yield* runVirtual(program(record), { seed: withSeed })
    return { trace: yield* Ref.get(events), elapsed: Duration.toMillis(elapsed), exit }
  })

const atOnce = { concurrency: "unbounded", discard: true } as const

class Greeting extends Context.Tag("test/Greeting")<Greeting, string>() {}

class Unavailable {
  readonly transient = true
}

describe("VirtualClock", () => {
  it.effect("wakes sleepers by deadline, and equal deadlines in the order of their sleeps", () =>
    Effect.gen(function*() {
      const run = yield* traced((record) =>
        Effect.forEach(
          [["c", 3], ["a", 1], ["b", 2], ["a2", 1], ["a3", 1]] as const,
          ([name, seconds]) => Effect.zipRight(Effect.sleep(Duration.seconds(seconds)), record(name)),
          atOnce
        )
      )
      expect(run.trace).toEqual([[1000, "a"], [1000, "a2"], [1000, "a3"], [2000, "b"], [3000, "c"]])
      expect(run.elapsed).toBe(3000)
    }))

  it.effect("finishes what one deadline set in motion before the next equal one", () =>
    Effect.gen(function*() {
      const run = yield* traced((record) =>
        Effect.forEach(
          ["first", "second"],
          (name) =>
            Effect.sleep("1 second").pipe(
              Effect.zipRight(record(name)),
              Effect.zipRight(Effect.yieldNow()),
              Effect.zipRight(record(`${name} again`))
            ),
          atOnce
        )
      )
      expect(run.trace.map(([, event]) => event)).toEqual(["first", "first again", "second", "second again"])
    }))

  const randomWalk = (record: (event: string) => Effect.Effect<void>) =>
    Effect.forEach(
      Array.from({ length: 50 }, (_, walker) => walker),
      (walker) =>
        Random.nextIntBetween(0, 1000).pipe(
          Effect.flatMap((millis) => Effect.sleep(Duration.millis(millis))),
          Effect.zipRight(record(`walker ${walker}`)),
          Effect.repeat(Schedule.recurs(5))
        ),
      atOnce
    )

  it.effect("gives the same trace for the same seed, and a different one for another seed", () =>
    Effect.gen(function*() {
      const first = yield* traced(randomWalk)
      const second = yield* traced(randomWalk)
      const other = yield* traced(randomWalk, seed + 1)
      expect(first.trace).toHaveLength(300)
      expect(second.trace).toEqual(first.trace)
      expect(other.trace).not.toEqual(first.trace)
    }))

  it.effect("runs a policy's timeouts and retries to the virtual millisecond", () =>
    Effect.gen(function*() {
      const policy = yield* PolicyInterpreter.make({
        timeout: Duration.minutes(1),
        attemptTimeout: Duration.seconds(5),
        retry: { attempts: 3, backoff: { kind: "linear", base: Duration.seconds(1) } }
      })
      const run = yield* traced((record) =>
        policy.apply()(
          record("attempt").pipe(
            Effect.zipRight(Effect.never),
            Effect.onInterrupt(() => record("interrupted"))
          )
        )
      )
      expect(run.trace).toEqual([
        [0, "attempt"],
        [5000, "interrupted"],
        [6000, "attempt"],
        [11_000, "interrupted"],
        [13_000, "attempt"],
        [18_000, "interrupted"]
      ])
      expect(run.exit).toEqual(Exit.fail(new PolicyTimeout({ after: Duration.seconds(5) })))
      expect(run.elapsed).toBe(18_000)
    }))

  // computes for some seconds, many on a busy machine
  it.effect("runs 10,000 fibers that sleep, retry and time out at once", () =>
    Effect.gen(function*() {
      const policy = yield* PolicyInterpreter.make({
        timeout: Duration.hours(1),
        retry: { attempts: 2, backoff: { kind: "constant", base: Duration.seconds(1) } }
      })
      const call = Effect.zipRight(Effect.sleep("1 second"), Effect.fail(new Unavailable()))
      const { elapsed, exit } = yield* runVirtual(
        Effect.forEach(Array.from({ length: 10_000 }), () => Effect.flip(policy.apply()(call)), atOnce),
        { seed }
      )
      expect(exit).toEqual(Exit.void)
      // two seconds of calls and one of pause; the timeouts of an hour are gone with their operations
      expect(Duration.toMillis(elapsed)).toBe(3000)
    }), 60_000)

  it.effect("removes the timer of an interrupted sleeper", () =>
    Effect.gen(function*() {
      const sleeperGone = Effect.gen(function*() {
        const sleeper = yield* Effect.fork(Effect.sleep("1 hour"))
        yield* Effect.sleep("500 millis")
        yield* Fiber.interrupt(sleeper)
        yield* Effect.sleep(Duration.infinity)
      })
      // with the timer still there, time would advance to its deadline
      const deadlock = yield* Effect.flip(runVirtual(sleeperGone, { seed }))
      expect(Duration.toMillis(deadlock.after)).toBe(500)
    }))

  it.effect("ends with the failure or defect of the program", () =>
    Effect.gen(function*() {
      const run = (effect: Effect.Effect<void, string>) => runVirtual(Effect.delay(effect, "1 second"), { seed })
      expect((yield* run(Effect.fail("no"))).exit).toEqual(Exit.fail("no"))
      expect((yield* run(Effect.die("bug"))).exit).toEqual(Exit.die("bug"))
    }))

  it.effect("fails with a deadlock when nothing can run and nothing sleeps, and interrupts the program", () =>
    Effect.gen(function*() {
      const interrupted = yield* Ref.make(false)
      const stuck = Effect.gen(function*() {
        const never = yield* Deferred.make<void>()
        yield* Effect.sleep("7 seconds")
        yield* Deferred.await(never)
      }).pipe(Effect.onInterrupt(() => Effect.zipRight(Effect.sleep("1 second"), Ref.set(interrupted, true))))
      const deadlock = yield* Effect.flip(runVirtual(stuck, { seed }))
      expect(deadlock._tag).toBe("Deadlock")
      expect(Duration.toMillis(deadlock.after)).toBe(7000)
      expect(yield* Ref.get(interrupted)).toBe(true)
    }))

  it.effect("treats an infinite sleep as a wait, not as a deadline", () =>
    Effect.gen(function*() {
      const deadlock = yield* Effect.flip(runVirtual(Effect.sleep(Duration.infinity), { seed }))
      expect(Duration.toMillis(deadlock.after)).toBe(0)
    }))

  it.effect("can be interrupted during an endless run, and then runs the finalizers", () =>
    Effect.gen(function*() {
      const running = yield* Deferred.make<void>()
      const finalized = yield* Ref.make(false)
      const endless = Deferred.succeed(running, undefined).pipe(
        Effect.zipRight(Effect.forever(Effect.sleep("1 second"))),
        Effect.ensuring(Ref.set(finalized, true))
      )
      const fiber = yield* Effect.fork(runVirtual(endless, { seed }))
      yield* Deferred.await(running)
      yield* Fiber.interrupt(fiber)
      expect(yield* Ref.get(finalized)).toBe(true)
    }))

  it.effect("lets the host's event loop turn during a long run", () =>
    Effect.gen(function*() {
      const turned = yield* Effect.fork(turn)
      yield* Effect.yieldNow()
      yield* runVirtual(Effect.repeatN(Effect.sleep("1 second"), 10_000), { seed })
      expect(Option.isSome(yield* turned.poll)).toBe(true)
    }))

  it.effect("measures in virtual time, to the nanosecond", () =>
    Effect.gen(function*() {
      const { exit } = yield* runVirtual(Effect.timed(Effect.sleep(Duration.nanos(1_500n))), { seed })
      const measured = Exit.map(exit, ([duration]) => Duration.unsafeToNanos(duration))
      expect(measured).toEqual(Exit.succeed(1_500n))
    }))

  it.effect("provides the services of its surroundings", () =>
    Effect.gen(function*() {
      const greeting = Effect.delay(Greeting, "2 seconds")
      const { exit } = yield* Effect.provideService(runVirtual(greeting, { seed }), Greeting, "bonjour")
      expect(exit).toEqual(Exit.succeed("bonjour"))
    }))
})
