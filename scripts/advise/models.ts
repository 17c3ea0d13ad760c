import type { Question } from "../../src/simulation/advisor/Question.ts"
import { uniform } from "../../src/simulation/draws.ts"

/** Seed of the models on which the advisor is judged; it was tuned on none of them. */
const seed = 20_261_127

/** The draws of a model, one for each place. */
const drawsOf = (model: number) => (place: number) => uniform(seed, model, place, 1)

const millis = (value: number): string => `${Math.max(1, Math.round(value))} millis`

const pick = <A>(values: readonly [A, ...ReadonlyArray<A>], drawn: number): A =>
  values[Math.floor(drawn * values.length)] ?? values[0]

const serviceOf = (mean: number, kind: number, shape: number): Extract<
  (typeof Question.Encoded)["upstream"],
  { readonly service: unknown }
>["service"] => {
  if (kind < 0.3) return { kind: "exponential", mean: millis(mean) }
  if (kind < 0.7) return { kind: "lognormal", mean: millis(mean), sigma: Number((0.5 + shape).toFixed(2)) }
  // most calls are quick, and a few take twenty times as long
  return {
    kind: "mixture",
    of: [
      { kind: "exponential", mean: millis(mean / 2), weight: 0.97 },
      { kind: "constant", value: millis(mean * 20), weight: 0.03 }
    ]
  }
}

/** Draws the n-th model: an upstream, its load, and an objective. */
export const randomQuestion = (model: number, requests: number): typeof Question.Encoded => {
  const drawn = drawsOf(model)
  const mean = 20 * 20 ** drawn(1)
  const capacity = drawn(2) < 0.25 ? undefined : pick([1, 2, 4, 8, 16], drawn(3))
  const load = 0.3 + 0.8 * drawn(4)
  const rate = load * (capacity ?? 4) / (mean / 1_000)
  return {
    name: `model ${model}`,
    seed: model,
    upstream: { service: serviceOf(mean, drawn(5), drawn(6)), failure: Number((0.03 * drawn(7)).toFixed(3)) },
    rate: Number(rate.toPrecision(4)),
    ...(capacity === undefined ? {} : { capacity }),
    objective: {
      share: pick([0.9, 0.95, 0.99], drawn(8)),
      within: millis(mean * (4 + 12 * drawn(9)))
    },
    amplification: pick([1.1, 1.2, 1.5, 2], drawn(10)),
    idempotent: drawn(11) < 0.7,
    requests
  }
}
