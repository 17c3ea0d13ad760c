import { describe, expect, it } from "@effect/vitest"
import {
  Cause,
  Config,
  Duration,
  Effect,
  Exit,
  FastCheck,
  Fiber,
  FiberId,
  FiberRef,
  Option,
  Request,
  RequestResolver
} from "effect"
import type { Policy } from "../../src/policy/Policy.ts"
import type { Transformer } from "../../src/policy/PolicyInterpreter.ts"
import * as PolicyInterpreter from "../../src/policy/PolicyInterpreter.ts"
import { runVirtual } from "../../src/simulation/VirtualClock.ts"
import * as PolicyComposition from "../support/PolicyComposition.ts"
import {
  arbitraryNanos,
  Broken,
  effectOf,
  type Failure,
  type Operation,
  operations,
  policies,
  recorder,
  ref,
  type Surroundings
} from "../support/PolicyOperations.ts"
import { turn } from "../support/turn.ts"

type Program = (surroundings: Surroundings) => Effect.Effect<unknown, Failure>

type Interpretation = Surroundings["transformer"]

const product: Interpretation = (policy) => Effect.map(PolicyInterpreter.make(policy), ({ apply }) => apply())
const oracle: Interpretation = (policy) => Effect.map(PolicyComposition.make(policy), ({ apply }) => apply())

/** Classifies a cause with a defect as a defect, as Effect's own operators do. */
const outcomeOf = (exit: Exit.Exit<unknown, unknown>): string => {
  if (Exit.isSuccess(exit)) return "success"
  if (Cause.isDie(exit.cause)) return "defect"
  const error = Cause.failureOption(exit.cause)
  return Option.isSome(error) ? `failure ${String(error.value)}` : "interrupted"
}

/** Runs the program and returns its events with their times, and its outcome. */
const observed = (
  transformer: Interpretation,
  program: Program
) =>
  Effect.gen(function*() {
    const { record, trace } = recorder()
    const run = yield* Effect.either(runVirtual(program({ record, transformer }), { seed: 1 }))
    const end = run._tag === "Left" ? run.left.message : `${outcomeOf(run.right.exit)} ${String(run.right.elapsed)}`
    return [...trace(), end]
  })

const agree = (program: Program) =>
  Effect.gen(function*() {
    // many runs in a row would keep vitest's worker from answering
    yield* turn
    expect(yield* observed(product, program)).toEqual(yield* observed(oracle, program))
  })

interface Scenario {
  readonly policy: Policy
  readonly operation: Operation
  readonly interruptAt: number | undefined
  readonly childBefore: number | undefined
  readonly uninterruptible: boolean
}

const at = FastCheck.option(arbitraryNanos(900_000_000), { nil: undefined })

const scenarios: FastCheck.Arbitrary<Scenario> = FastCheck.record({
  policy: policies,
  operation: operations,
  interruptAt: at,
  childBefore: at,
  uninterruptible: FastCheck.integer({ min: 0, max: 9 }).map((dice) => dice === 0)
})

const nap = (nanos: number) => Effect.sleep(Duration.nanos(BigInt(nanos)))

/**
 * Puts an operation under a policy in a fiber that may have children and may be interrupted, and continues after it.
 */
const staged =
  ({ childBefore, interruptAt, operation, policy, uninterruptible }: Scenario) => (surroundings: Surroundings) => {
    const { record } = surroundings
    const subject = effectOf({ kind: "policy", policy, inner: operation, hook: undefined }, surroundings)
    const caller = Effect.gen(function*() {
      if (childBefore !== undefined) {
        yield* Effect.fork(
          Effect.zipRight(nap(childBefore), record("sibling done")).pipe(
            Effect.onInterrupt(() => record("sibling interrupted"))
          )
        )
        yield* Effect.yieldNow()
      }
      yield* FiberRef.set(ref, 1000)
      const exit = yield* Effect.exit(uninterruptible ? Effect.uninterruptible(subject) : subject)
      yield* record(`${outcomeOf(exit)}, ref=${yield* FiberRef.get(ref)}`)
      // shows an interruption that was not taken back
      yield* nap(123)
      yield* record("went on")
    })
    return Effect.gen(function*() {
      const fiber = yield* Effect.fork(caller)
      if (interruptAt !== undefined) {
        yield* nap(interruptAt)
        yield* Fiber.interruptAsFork(fiber, FiberId.none)
      }
      yield* record(outcomeOf(yield* Fiber.await(fiber)))
      // gives leftovers of the operation time to show
      yield* Effect.sleep("1 minute")
    })
  }

/** Work whose cleanup takes time. */
const slow = ({ record }: Surroundings, name: string, length = 500, cleanup = 200) =>
  Effect.sleep(Duration.millis(length)).pipe(
    Effect.onInterrupt(() =>
      record(`${name} interrupted`).pipe(
        Effect.zipRight(Effect.sleep(Duration.millis(cleanup))),
        Effect.zipRight(record(`${name} cleaned`))
      )
    )
  )

const ms = Duration.millis
const unavailable = new Broken({ transient: true })
const thrice = { attempts: 3, backoff: { kind: "constant", base: ms(100) } } as const

/** Interrupts an effect's fiber after some time and records the effect's outcome. */
const interruptedAfter = (millis: number, effect: Effect.Effect<unknown, Failure>, { record }: Surroundings) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(effect)
    yield* Effect.sleep(ms(millis))
    yield* record(outcomeOf(yield* Fiber.interruptAs(fiber, FiberId.none)))
  })

class Lookup extends Request.TaggedClass("Lookup")<string, never, { readonly key: string }> {}
const lookups = RequestResolver.makeBatched((all: ReadonlyArray<Lookup>) =>
  Effect.forEach(all, (lookup) => Request.succeed(lookup, lookup.key), { concurrency: 1, discard: true })
)

type Case = (apply: Transformer, surroundings: Surroundings) => Effect.Effect<unknown, Failure>

const cases: Readonly<Record<string, readonly [Policy, Case]>> = {
  "a cleanup is waited for": [{ timeout: ms(100) }, (apply, at) => apply(slow(at, "operation"))],
  "an uninterruptible operation ends, and has timed out": [
    { timeout: ms(100) },
    (apply, { record }) => apply(Effect.uninterruptible(Effect.zipRight(Effect.sleep(ms(300)), record("ended"))))
  ],
  "an uninterruptible caller": [
    { timeout: ms(100) },
    (apply, at) => Effect.uninterruptible(apply(slow(at, "operation", 300)))
  ],
  "an uninterruptible caller with retries": [
    { timeout: ms(100), attemptTimeout: ms(60), retry: thrice },
    (apply, at) => Effect.uninterruptible(apply(Effect.zipRight(slow(at, "operation", 80), unavailable)))
  ],
  "a child ends with its operation": [
    { timeout: ms(1000) },
    (apply, at) =>
      Effect.zipRight(
        apply(Effect.zipRight(Effect.fork(slow(at, "child", 5000)), Effect.sleep(ms(50)))),
        Effect.sleep(ms(400))
      )
  ],
  "a child that is slow to clean up lets its operation time out": [
    { attemptTimeout: ms(100) },
    (apply, at) => apply(Effect.zipRight(Effect.fork(slow(at, "child", 5000)), Effect.sleep(ms(50))))
  ],
  "a child ends with a timeout": [
    { timeout: ms(100) },
    (apply, at) => apply(Effect.zipRight(Effect.fork(slow(at, "child", 5000)), slow(at, "operation", 5000, 20)))
  ],
  "a child of an attempt goes on without an attempt timeout": [
    { timeout: ms(1000), retry: thrice },
    (apply, at) =>
      apply(Effect.zipRight(Effect.fork(slow(at, "child", 150)), Effect.zipRight(Effect.sleep(ms(50)), unavailable)))
  ],
  "a child of an item of forEach ends with its operation": [
    { timeout: ms(100) },
    (apply, at) =>
      Effect.forEach([1, 2], (item) => apply(Effect.fork(slow(at, `child ${item}`, 5000))), { concurrency: 2 })
  ],
  "a sibling that was forked before survives": [
    { timeout: ms(100) },
    (apply, at) =>
      Effect.gen(function*() {
        const sibling = yield* Effect.fork(slow(at, "sibling", 300))
        yield* Effect.exit(apply(slow(at, "operation")))
        yield* Fiber.await(sibling)
      })
  ],
  "a sibling is interrupted at once with its parent, also in a cleanup after a timeout": [
    { timeout: ms(100) },
    (apply, at) =>
      interruptedAfter(
        150,
        Effect.zipRight(Effect.fork(slow(at, "sibling", 5000, 10)), apply(slow(at, "operation"))),
        at
      )
  ],
  "FiberRefs of a success stay": [
    { timeout: ms(100) },
    (apply, { record }) =>
      Effect.zipRight(apply(FiberRef.set(ref, 1)), Effect.flatMap(FiberRef.get(ref), (value) => record(`${value}`)))
  ],
  "FiberRefs of a failure and of a timeout go": [
    { timeout: ms(100) },
    (apply, at) =>
      Effect.gen(function*() {
        yield* Effect.ignore(apply(Effect.zipRight(FiberRef.set(ref, 1), slow(at, "operation"))))
        yield* at.record(`${yield* FiberRef.get(ref)}`)
        yield* Effect.ignore(apply(Effect.zipRight(FiberRef.set(ref, 2), unavailable)))
        yield* at.record(`${yield* FiberRef.get(ref)}`)
      })
  ],
  "the caller can be interrupted again after a timeout": [
    { timeout: ms(100) },
    (apply, at) => interruptedAfter(400, Effect.zipRight(Effect.ignore(apply(slow(at, "operation"))), Effect.never), at)
  ],
  "the caller goes on after a timeout": [
    { timeout: ms(100) },
    (apply, at) => Effect.zipRight(Effect.ignore(apply(slow(at, "operation"))), Effect.sleep(ms(10)))
  ],
  "the whole times out while an attempt cleans up": [
    { timeout: ms(250), attemptTimeout: ms(200), retry: thrice },
    (apply, at) => apply(slow(at, "operation", 500, 100))
  ],
  "an interruption from outside while a timeout cleans up": [
    { timeout: ms(100) },
    (apply, at) => interruptedAfter(150, apply(slow(at, "operation", 500, 100)), at)
  ],
  "an interruption from outside in a pause": [
    { timeout: ms(1000), retry: thrice },
    (apply, at) => interruptedAfter(50, apply(unavailable), at)
  ],
  "a timeout in a pause": [{ timeout: ms(50), retry: thrice }, (apply) => apply(unavailable)],
  "a timeout in the hook": [
    { timeout: ms(50), retry: thrice },
    (apply, at) => apply(unavailable, () => slow(at, "hook"))
  ],
  "a hook that dies": [{ timeout: ms(50), retry: thrice }, (apply) => apply(unavailable, () => Effect.die("bug"))],
  "a defect": [{ timeout: ms(50), attemptTimeout: ms(20) }, (apply) => apply(Effect.die("bug"))],
  "a policy inside the same policy": [
    { timeout: ms(100) },
    (apply, at) => apply(Effect.catchAll(apply(slow(at, "inner", 500, 30)), (error) => at.record(error.message)))
  ],
  "a policy in a cleanup after a timeout": [
    { timeout: ms(100) },
    (apply) => apply(Effect.onInterrupt(Effect.never, () => Effect.ignore(apply(Effect.interruptible(Effect.never)))))
  ],
  "equal deadlines": [{ timeout: ms(100) }, (apply) => apply(Effect.sleep(ms(100)))],
  "equal deadlines of an attempt and the whole": [
    { timeout: ms(100), attemptTimeout: ms(100), retry: thrice },
    (apply, at) => apply(slow(at, "operation"))
  ],
  "a failing sibling interrupts at once": [
    { timeout: ms(1000) },
    (apply, at) =>
      Effect.forEach(
        [1, 2, 3],
        (item) => apply(item === 2 ? Effect.zipRight(Effect.sleep(ms(50)), unavailable) : slow(at, `${item}`, 500, 10)),
        { concurrency: "unbounded" }
      )
  ],
  "a race inside": [
    { timeout: ms(100) },
    (apply, at) => apply(Effect.race(slow(at, "left", 500, 10), slow(at, "right", 600, 20)))
  ],
  "batched requests inside": [
    { timeout: ms(100) },
    (apply, { record }) =>
      Effect.forEach(
        ["a", "b"],
        (key) =>
          Effect.either(apply(Effect.zipRight(Effect.request(new Lookup({ key }), lookups), Effect.sleep(ms(200))))),
        { batching: true, concurrency: "unbounded" }
      ).pipe(Effect.flatMap((results) => record(results.map((result) => result._tag).join())))
  ]
}

const setting = (name: string, fallback: number) =>
  Effect.runSync(Config.integer(name).pipe(Config.withDefault(fallback)))

const seed = setting("SEED", 2026)
const numRuns = setting("CASES", 250)

describe("The policy interpreter agrees with the plain composition of Effect's operators", () => {
  it.effect.each(Object.entries(cases))(
    "on %s",
    ([, [policy, program]]) =>
      agree((surroundings) =>
        Effect.gen(function*() {
          const exit = yield* Effect.exit(program(yield* surroundings.transformer(policy), surroundings))
          yield* surroundings.record(outcomeOf(exit))
          yield* Effect.sleep("1 second")
          yield* surroundings.record("went on")
        })
      )
  )

  it.effect.prop(
    `on ${numRuns} random operations under random policies (SEED=${seed} CASES=${numRuns})`,
    { scenario: scenarios },
    ({ scenario }) => agree(staged(scenario)),
    { fastCheck: { numRuns, seed, endOnFailure: false }, timeout: 600_000 }
  )
})
