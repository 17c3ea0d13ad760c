import { Effect, Schema } from "effect"
import type { Policy } from "../../src/policy/Policy.ts"
import { advise } from "../../src/simulation/advisor/advise.ts"
import { gain, isWorse } from "../../src/simulation/advisor/comparisons.ts"
import { goodput, interval } from "../../src/simulation/advisor/Contest.ts"
import { Question, usualRequests } from "../../src/simulation/advisor/Question.ts"
import { uniform } from "../../src/simulation/draws.ts"
import { inverseNormal } from "../../src/simulation/inverseNormal.ts"
import type { Comparison } from "../oracles/Oracle.ts"
import { bestOfGrid, judged, unseen } from "./grid.ts"
import { randomQuestion } from "./models.ts"

/** A claim about the advisor that takes too many requests for the tests. */
export interface Proof {
  readonly name: string
  readonly source: string
  /** One part a model, as each takes up to a minute: its figures are told before the next begins. */
  readonly parts: ReadonlyArray<Effect.Effect<ReadonlyArray<Comparison>, { readonly message: string }>>
}

const models = 20

/** Requests of an advice, as those of a question that gives no bound, and of each run of the grid. */
const size = { advice: usualRequests, perRun: 400 } as const

/**
 * Runs of the judgement in each scenario of trouble, and three times as many in health. With fewer, chance alone makes
 * differences of 2 % where a few calls are very slow.
 */
const judgement = { perRun: 2_000, runs: 10 } as const

const decode = Schema.decode(Question)

const questionOf = (written: typeof Question.Encoded) => Effect.orDie(decode(written))

/** The goodput that the advice loses to the best combination, as a share, under unseen seeds. */
const regretOf = (model: number) =>
  Effect.gen(function*() {
    const question = yield* questionOf(randomQuestion(model, size.advice))
    const { policy } = yield* advise(question)
    const rivals = yield* bestOfGrid(question, size.perRun)
    const [own, ...others] = yield* unseen(question, [policy, ...rivals], judgement)
    const best = others.reduce((most, one) => Math.max(most, goodput(one, judged)), 0)
    const regret = own === undefined || best === 0 ? 0 : 1 - goodput(own, judged) / best
    return [{ figure: `model ${model}: regret`, expected: 0, got: Math.max(0, regret), tolerance: 0.02 }]
  })

const regret: Proof = {
  name: "regret on 20 unseen models",
  source: "exhaustive grid, unseen seeds",
  parts: Array.from({ length: models }, (_, model) => regretOf(model))
}

/** Policies that people write, beside which no advice may be worse. */
const currents: ReadonlyArray<typeof Policy.Encoded> = [
  { timeout: "5 seconds" },
  { attemptTimeout: "1 second", retry: { attempts: 3, backoff: { kind: "linear", base: "100 millis" } } },
  { timeout: "500 millis", concurrency: 8 }
]

const worseIn = (model: number) =>
  Effect.gen(function*() {
    const current = currents[model % currents.length] ?? {}
    const question = yield* questionOf({
      ...randomQuestion(model, size.advice),
      amplification: 3,
      idempotent: true,
      current
    })
    const { policy } = yield* advise(question)
    if (question.current === undefined) return []
    const [own, other] = yield* unseen(question, [policy, question.current], judgement)
    return own === undefined || other === undefined ? [] : judged.map((trouble) => ({
      figure: `model ${model}, ${trouble}: worse than the current policy`,
      expected: 0,
      got: isWorse(own, other, trouble)
        ? Math.max(0, -gain(own, other, trouble).mean)
        : 0,
      tolerance: 0.01
    }))
  })

const neverWorse: Proof = {
  name: "never worse than the current policy",
  source: "6 models, 3 current policies, unseen seeds",
  parts: Array.from({ length: 6 }, (_, model) => worseIn(100 + model))
}

/** Times of even places advise, those of odd ones judge. */
const time = (place: number) => Number((50 * Math.exp(inverseNormal(uniform(5, place, 0, 2)))).toFixed(3))

const half = (odd: number) => Array.from({ length: 6_000 }, (_, place) => time(2 * place + odd))

const asked = (values: ReadonlyArray<number>) =>
  questionOf({
    seed: 3,
    upstream: { values },
    rate: 50,
    capacity: 12,
    objective: { share: 0.99, within: "800 millis" },
    amplification: 1.2,
    idempotent: true,
    requests: size.advice
  })

const splitSample: Proof = {
  name: "half of a sample advises, the other half judges",
  source: "12,000 lognormal times, median 50 ms, sigma 1",
  parts: [Effect.gen(function*() {
    const { evidence, policy, upstream } = yield* advise(yield* asked(half(0)))
    const rest = half(1)
    const [judgedByRest] = yield* unseen(yield* asked(rest), [policy], judgement)
    const promised = evidence.find(({ scenario }) => scenario === "healthy")
    return [
      {
        figure: "share in time, promised and kept",
        expected: promised?.advised.share.mean ?? 0,
        got: judgedByRest === undefined ? 0 : interval(judgedByRest, "healthy", "share").mean,
        tolerance: 0.005
      },
      // a bound errs to the safe side, and the half that judges has a chance of its own
      ...upstream.falseTimeouts.map(({ millis, share }) => ({
        figure: `false timeouts at ${millis} ms`,
        expected: share,
        got: rest.filter((time) => time > millis).length / rest.length,
        tolerance: share / 2 + 4 * Math.sqrt(share * (1 - share) / rest.length)
      }))
    ]
  })]
}

/** Every claim about the advisor that takes many requests. */
export const proofs: ReadonlyArray<Proof> = [splitSample, neverWorse, regret]
