// `npm run bench:policy` measures the processor time that a policy adds to an operation, in microseconds. The product's
// interpreter and the plain composition of Effect's operators, to which tests hold it, run in turns in one process.
// Then come policies of one part each. The bench stops by itself.
import { NodeRuntime } from "@effect/platform-node"
import { Console, Data, Duration, Effect, type Exit, Fiber, Random } from "effect"
import type { Policy } from "../../src/policy/Policy.ts"
import * as PolicyInterpreter from "../../src/policy/PolicyInterpreter.ts"
import type { PolicyFailure } from "../../src/policy/PolicyRefused.ts"
import { type Deadlock, runVirtual } from "../../src/simulation/VirtualClock.ts"
import * as PolicyComposition from "../../test/support/PolicyComposition.ts"
import { median } from "./report/statistics.ts"

const rounds = 5
const fibers = 16

/** Operations of a round of the live measurements; the composition takes a second for ten thousand. */
const operations = 8_000
const requests = 10_000

class Unavailable extends Data.TaggedError("Unavailable") {
  readonly transient = true
}

/** A policy under which nothing times out or fails, so that only the policy is measured. */
const calm: Policy = {
  timeout: Duration.minutes(1),
  attemptTimeout: Duration.seconds(5),
  retry: { attempts: 3, backoff: { kind: "linear", base: Duration.seconds(1) } }
}

/** A policy under which a tenth of the attempts fails, some time out, and pauses are jittered. */
const rough: Policy = {
  timeout: Duration.seconds(1),
  attemptTimeout: Duration.millis(300),
  retry: { attempts: 3, backoff: { kind: "exponential", base: Duration.millis(100) }, jitter: "full" }
}

type Failure = Unavailable | PolicyFailure

type Apply = (effect: Effect.Effect<void, Unavailable>) => Effect.Effect<void, Failure>

/** Policies of one part each, under which nothing is refused, fails or is slow. */
const kinds: Readonly<Record<string, Policy>> = {
  "no part": {},
  "rate limit": { rateLimit: { permits: 1_000_000, per: Duration.seconds(1) } },
  "permits": { concurrency: 1_000 },
  "queue": { concurrency: { limit: 1_000, queue: 10, maxWait: Duration.seconds(1), order: "lifo" } },
  "permits of attempts": { concurrency: { limit: 1_000, over: "attempt" } },
  "adaptive permits": {
    concurrency: {
      limit: { adaptive: "aimd", initial: 1_000, min: 1, max: 1_000, slowerThan: Duration.seconds(1) },
      over: "attempt"
    }
  },
  "timeout": { timeout: Duration.minutes(1) },
  "retry": { retry: { attempts: 3, backoff: { kind: "linear", base: Duration.seconds(1) }, jitter: "full" } },
  "retry on a budget": {
    retry: { attempts: 3, backoff: { kind: "linear", base: Duration.seconds(1) }, budget: { ratio: 0.1 } }
  },
  "breaker": { breaker: { failures: 5, openFor: Duration.seconds(5) } },
  "hedge": { hedge: { after: Duration.seconds(1) } }
}

const eachKind = Effect.gen(function*() {
  const none: Apply = (effect) => effect
  const all: Array<Contender> = [["no policy", none]]
  for (const [name, policy] of Object.entries(kinds)) {
    const { apply } = yield* PolicyInterpreter.make(policy)
    const transformer: Apply = (effect) => apply()(effect)
    all.push([name, transformer])
  }
  return all
})

type Contender = readonly [name: string, apply: Apply]

const contenders = (policy: Policy): Effect.Effect<ReadonlyArray<Contender>> =>
  Effect.gen(function*() {
    const product = yield* PolicyInterpreter.make(policy)
    const composition = yield* PolicyComposition.make(policy)
    const none: Apply = (effect) => effect
    const inOneFrame: Apply = (effect) => product.apply()(effect)
    const composed: Apply = (effect) => composition.apply()(effect)
    return [["no policy", none], ["one frame", inOneFrame], ["composition", composed]] as const
  })

const turn = Effect.async<void>((resume) => {
  setImmediate(() => resume(Effect.void))
})

const loop = (body: Effect.Effect<unknown, Failure | Deadlock>) => {
  let done = 0
  return Effect.whileLoop({ while: () => done < operations / fibers, body: () => body, step: () => done++ })
}

const inFibers = (body: Effect.Effect<unknown, Failure | Deadlock>) =>
  Effect.flatMap(
    Effect.forEach(Array.from({ length: fibers }), () => Effect.fork(loop(body)), { concurrency: 1 }),
    Fiber.joinAll
  )

const inForEach = (body: Effect.Effect<unknown, Failure | Deadlock>) =>
  Effect.forEach(Array.from({ length: fibers }), () => loop(body), { concurrency: "unbounded", discard: true })

/** A simulated upstream: exponential service of 100 ms on average, after which a tenth of the attempts fails. */
const call = Effect.gen(function*() {
  const draw = yield* Random.next
  yield* Effect.sleep(Duration.millis(-100 * Math.log(1 - draw)))
  if ((yield* Random.next) < 0.1) return yield* new Unavailable()
})

const simulated = (apply: Apply) =>
  runVirtual(
    Effect.gen(function*() {
      const all = new Array<Fiber.RuntimeFiber<Exit.Exit<void, Failure>>>()
      for (let request = 0; request < requests; request++) {
        yield* Effect.sleep(Duration.millis(12.5))
        all.push(yield* Effect.fork(Effect.exit(apply(call))))
      }
      yield* Fiber.awaitAll(all)
    }),
    { seed: 1 }
  )

const measure = Effect.fnUntraced(
  function*(
    title: string,
    contenders: Effect.Effect<ReadonlyArray<Contender>>,
    count: number,
    work: (apply: Apply) => Effect.Effect<unknown, Failure | Deadlock>
  ) {
    const all = yield* contenders
    const figures = all.map(() => new Array<number>())
    // the first round lets V8 compile
    for (let round = 0; round <= rounds; round++) {
      for (const [index, [, apply]] of all.entries()) {
        const before = process.cpuUsage()
        yield* work(apply)
        const { system, user } = process.cpuUsage(before)
        if (round > 0) figures[index]?.push((user + system) / count)
      }
    }
    yield* Console.log(title)
    for (const [index, [name]] of all.entries()) {
      const own = figures[index] ?? []
      yield* Console.log(
        `  ${name.padEnd(19)} median ${median(own).toFixed(1).padStart(6)} us   ${
          own.map((us) => us.toFixed(1)).join(" ")
        }`
      )
    }
  }
)

NodeRuntime.runMain(Effect.gen(function*() {
  yield* Console.log(`processor time of one operation: ${rounds} rounds, in turns`)
  yield* measure(
    "timeout, attempt timeout and retry around a setImmediate",
    contenders(calm),
    operations,
    (apply) => inFibers(apply(turn))
  )
  yield* measure("the same inside Effect.forEach", contenders(calm), operations, (apply) => inForEach(apply(turn)))
  yield* measure("a simulated request, with failures, timeouts and jitter", contenders(rough), requests, simulated)
  yield* measure("one part each around a setImmediate", eachKind, operations, (apply) => inFibers(apply(turn)))
}))
