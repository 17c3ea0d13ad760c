import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Schema } from "effect"
import { Policy } from "../../../src/policy/Policy.ts"
import { Advice } from "../../../src/simulation/advisor/Advice.ts"
import { advise } from "../../../src/simulation/advisor/advise.ts"
import { Question } from "../../../src/simulation/advisor/Question.ts"

/** Requests of an advice that is judged, and of one whose form alone is. */
const few = 10_000
const fewest = 5_000

/** Milliseconds of a test on a machine that does other work. */
const slowly = 60_000

const oneServer = {
  seed: 7,
  upstream: { service: { kind: "exponential", mean: "100 millis" } },
  rate: 15,
  capacity: 1,
  objective: { share: 0.9, within: "1 second" },
  amplification: 1.2,
  idempotent: true,
  scenarios: ["healthy"],
  requests: few
} as const

/** An upstream that takes two seconds for one call of twenty, and 20 ms for the others. */
const sometimesSlow = {
  seed: 7,
  upstream: {
    service: {
      kind: "mixture",
      of: [
        { kind: "exponential", mean: "20 millis", weight: 0.95 },
        { kind: "constant", value: "2 seconds", weight: 0.05 }
      ]
    }
  },
  rate: 20,
  capacity: 20,
  objective: { share: 0.98, within: "500 millis" },
  amplification: 1.2,
  idempotent: true,
  scenarios: ["healthy", "brownout"],
  requests: few
} as const

const advice = (question: typeof Question.Encoded) =>
  Effect.flatMap(Effect.orDie(Schema.decode(Question)(question)), (decoded) => advise(decoded))

const encoded = Schema.encode(Advice)

describe("the advisor finds known optima", () => {
  it.effect("M/M/1 beyond its capacity: one operation at once and four that wait", () =>
    Effect.gen(function*() {
      const { notes, policy } = yield* advice(oneServer)
      expect(policy).toEqual({ timeout: Duration.seconds(1), concurrency: { limit: 1, queue: 4 } })
      expect(notes.map(({ en }) => en)).toContain("The upstream cannot serve all requests, under any policy.")
    }), slowly)

  it.effect(
    "some calls are slow: a short timeout of attempts and another attempt, within a budget",
    () =>
      Effect.gen(function*() {
        const { evidence, policy } = yield* advice(sometimesSlow)
        expect(policy.retry).toMatchObject({ jitter: "full", budget: { ratio: expect.any(Number) } })
        expect(policy.retry?.budget?.ratio).toBeLessThan(0.2)
        expect(Duration.toMillis(policy.attemptTimeout ?? 0)).toBeLessThan(250)
        expect(policy.hedge).toBeUndefined()
        expect(evidence[0]?.advised).toMatchObject({ holds: true })
      }),
    slowly
  )

  it.effect("the same where a second attempt may do harm: one attempt", () =>
    Effect.gen(function*() {
      const { discarded, policy } = yield* advice({ ...sometimesSlow, idempotent: false, requests: fewest })
      expect([policy.retry, policy.hedge, policy.attemptTimeout]).toEqual([undefined, undefined, undefined])
      expect(discarded.map(({ reason }) => reason.en)).toContain(
        "A retry may run an operation twice that is not idempotent."
      )
    }), slowly)

  it.effect(
    "the same where twice the attempts are allowed, and an objective for two attempts in turn is short: a copy",
    () =>
      Effect.gen(function*() {
        // one more attempt after 42 ms loses 2.7 %, and a copy after 59 ms 1.0 %
        const { capacity: _, ...unlimited } = sometimesSlow
        const { policy } = yield* advice({
          ...unlimited,
          amplification: 2,
          objective: { share: 0.98, within: "100 millis" },
          scenarios: ["healthy"],
          requests: 16_000
        })
        expect(policy.hedge).toBeDefined()
        expect(policy.retry).toBeUndefined()
      }),
    slowly
  )

  it.effect("a quick upstream with places to spare: the total timeout alone", () =>
    Effect.gen(function*() {
      const { policy } = yield* advice({ ...oneServer, rate: 20, capacity: 20, idempotent: false, requests: fewest })
      expect(policy).toEqual({ timeout: Duration.seconds(1) })
    }), slowly)
})

describe("an advice", () => {
  it.effect(
    "is the same for the same seed, keeps its bound of requests, and says how far it is",
    () =>
      Effect.gen(function*() {
        const question = yield* Schema.decode(Question)({ ...oneServer, requests: fewest })
        const told: Array<number> = []
        const one = yield* advise(question, { onProgress: ({ requests }) => told.push(requests) })
        expect(yield* encoded(yield* advise(question))).toEqual(yield* encoded(one))
        expect(one.requests).toBeLessThanOrEqual(fewest)
        expect(told.at(-1)).toBe(one.requests)
        expect(told).toEqual(told.toSorted((a, b) => a - b))
      }),
    slowly
  )

  it.effect(
    "is a policy that a variable takes, with evidence, neighbours, and changes of each value",
    () =>
      Effect.gen(function*() {
        const written = yield* Effect.flatMap(
          advice({ ...oneServer, current: { timeout: "5 seconds" }, requests: fewest }),
          encoded
        )
        expect(yield* Schema.decode(Schema.parseJson(Policy))(JSON.stringify(written.policy))).toBeDefined()
        expect(written.evidence.map(({ current, scenario }) => [scenario, current?.holds])).toEqual([[
          "healthy",
          false
        ]])
        expect(written.evidence[0]?.gain?.mean).toBeGreaterThan(0.2)
        expect(written.rejected.length).toBeGreaterThan(0)
        expect(written.rejected.every(({ reason }) => reason.fr !== "" && reason.en !== "")).toBe(true)
        const changes = written.breaks.map(({ change }) => change.en)
        expect(changes).toEqual(expect.arrayContaining([
          "concurrency.limit +25 %",
          "concurrency.queue -25 %",
          "timeout +50 %",
          "timeout -50 %"
        ]))
        expect(changes.slice(-3)).toEqual(["latency x2", "capacity -30 %", "rate +50 %"])
        expect(written.sentence.fr).toContain("au plus")
      }),
    slowly
  )

  it.effect("has times ten times as long for a world ten times as slow", () =>
    Effect.gen(function*() {
      const quick = { ...sometimesSlow, requests: fewest }
      const slow = {
        ...quick,
        upstream: {
          service: {
            kind: "mixture",
            of: [
              { kind: "exponential", mean: "200 millis", weight: 0.95 },
              { kind: "constant", value: "20 seconds", weight: 0.05 }
            ]
          }
        },
        rate: 2,
        objective: { share: 0.98, within: "5 seconds" }
      } as const
      const [one, ten] = yield* Effect.all([advice(quick), advice(slow)], { concurrency: 1 })
      const times = ({ policy: { attemptTimeout, retry, timeout } }: Advice) =>
        [timeout, attemptTimeout, retry?.backoff.base].map((time) => Duration.toMillis(time ?? 0))
      // a timer of whole milliseconds is off by half of one
      for (const [place, time] of times(one).entries()) {
        expect(Math.abs((times(ten)[place] ?? 0) - 10 * time)).toBeLessThan(10)
      }
      expect([ten.policy.retry?.attempts, ten.policy.concurrency]).toEqual([
        one.policy.retry?.attempts,
        one.policy.concurrency
      ])
    }), slowly)

  it.effect("keeps the current policy where no other is better", () =>
    Effect.gen(function*() {
      const current = { timeout: "1 second", concurrency: { limit: 1, queue: 4 } } as const
      const { policy, sentence } = yield* advice({ ...oneServer, current, requests: fewest })
      expect(policy).toEqual(yield* Schema.decode(Policy)(current))
      expect(sentence.en).toContain("The current policy stays the best")
    }), slowly)

  it.effect("is refused where the samples are too few, with the number that is needed", () =>
    Effect.gen(function*() {
      const asked = { ...oneServer, upstream: { values: Array.from({ length: 1_000 }, (_, place) => place) } }
      const refusal = yield* Effect.flip(advice({ ...asked, objective: { share: 0.999, within: "1 second" } }))
      expect(refusal).toMatchObject({ _tag: "ThinData", samples: 1_000, needed: 2_995 })
      const givenUp = { values: [1, 2, 3], longer: Array.from({ length: 997 }, () => 5) }
      expect(yield* Effect.flip(advice({ ...asked, upstream: givenUp }))).toMatchObject({
        message: "99.7 % of the samples were given up before their end: p95 is unknown."
      })
      expect(yield* Effect.flip(advice({ ...asked, upstream: { measured: true } }))).toMatchObject({
        _tag: "NoLatencies"
      })
    }), slowly)

  it.effect("stops when it is interrupted", () =>
    Effect.gen(function*() {
      const question = yield* Schema.decode(Question)({ ...oneServer, requests: 10_000_000 })
      let requests = 0
      const fiber = yield* Effect.fork(
        advise(question, { onProgress: (progress) => void (requests = progress.requests) })
      )
      yield* Effect.yieldNow()
      expect(Exit.isInterrupted(yield* Fiber.interrupt(fiber))).toBe(true)
      // the first run has begun, which has 20,000
      expect(requests).toBe(20_000)
    }), slowly)
})
