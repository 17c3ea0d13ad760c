import { Schema } from "effect"
import { numberBetween, positiveNumber } from "../domain/Numbers.ts"
import { rule } from "../domain/Rule.ts"
import { type Purpose, purposes, uniform } from "./draws.ts"
import { inverseNormal } from "./inverseNormal.ts"
import { PositiveTime, TimeText } from "./TimeText.ts"

const Constant = Schema.Struct({ kind: Schema.Literal("constant"), value: TimeText })

const Exponential = Schema.Struct({ kind: Schema.Literal("exponential"), mean: PositiveTime })

/** Times whose logarithm is normal with the standard deviation `sigma`; the mean is median × e^(sigma²/2). */
const Lognormal = Schema.Struct({
  kind: Schema.Literal("lognormal"),
  median: Schema.optionalWith(PositiveTime, { exact: true }),
  mean: Schema.optionalWith(PositiveTime, { exact: true }),
  sigma: numberBetween(0, 5)
}).pipe(
  Schema.filter(
    ({ mean, median }) => (mean === undefined) !== (median === undefined),
    rule("median ou mean est requis, et pas les deux", "needs either median or mean")
  )
)

/** Measured times, each drawn as often as any other. */
const Empirical = Schema.Struct({
  kind: Schema.Literal("empirical"),
  values: Schema.NonEmptyArray(numberBetween(0, 86_400_000)).annotations({
    description: "Measured times in milliseconds"
  })
})

const Weight = positiveNumber(1_000_000_000)

/** A part of a mixture, drawn in proportion to its weight. */
const Part = Schema.Union(
  Schema.extend(Constant, Schema.Struct({ weight: Weight })),
  Schema.extend(Exponential, Schema.Struct({ weight: Weight })),
  Schema.extend(Lognormal, Schema.Struct({ weight: Weight })),
  Schema.extend(Empirical, Schema.Struct({ weight: Weight }))
)

const Mixture = Schema.Struct({ kind: Schema.Literal("mixture"), of: Schema.NonEmptyArray(Part) })

/** A distribution of times, such as those of a service. */
export const Distribution = Schema.Union(Constant, Exponential, Lognormal, Mixture, Empirical).annotations({
  identifier: "Distribution"
})
export type Distribution = typeof Distribution.Type

type Simple = Exclude<Distribution, { readonly kind: "mixture" }>

/** Draws whole nanoseconds for an attempt of a request. */
export type Sampler = (seed: number, request: number, attempt: number) => number

const nanosPerMilli = 1_000_000

/** The quantile function of a distribution, in nanoseconds. */
const quantile = (distribution: Simple): (u: number) => number => {
  switch (distribution.kind) {
    case "constant":
      return () => distribution.value
    case "exponential":
      return (u) => -distribution.mean * Math.log(u)
    case "lognormal": {
      const { mean = 0, median, sigma } = distribution
      const middle = median ?? mean / Math.exp(sigma ** 2 / 2)
      return (u) => middle * Math.exp(sigma * inverseNormal(u))
    }
    case "empirical": {
      const sorted = Float64Array.from(distribution.values, (millis) => millis * nanosPerMilli).sort()
      return (u) => sorted[Math.floor(u * sorted.length)] ?? 0
    }
  }
}

/** Prepares a distribution to draw for one purpose, from one draw, or from two for a mixture. */
export const sampler = (distribution: Distribution, purpose: Purpose): Sampler => {
  if (distribution.kind !== "mixture") {
    const timeOf = quantile(distribution)
    return (seed, request, attempt) => Math.round(timeOf(uniform(seed, request, attempt, purpose)))
  }
  const parts = distribution.of.map(quantile)
  const total = distribution.of.reduce((sum, { weight }) => sum + weight, 0)
  let sum = 0
  const bounds = distribution.of.map(({ weight }) => (sum += weight) / total)
  return (seed, request, attempt) => {
    const drawn = uniform(seed, request, attempt, purposes.part)
    const part = parts[bounds.findIndex((bound) => drawn < bound)] ?? parts[parts.length - 1]
    return Math.round(part?.(uniform(seed, request, attempt, purpose)) ?? 0)
  }
}

/** The mean of a distribution, in nanoseconds. */
export const meanOf = (distribution: Distribution): number => {
  switch (distribution.kind) {
    case "constant":
      return distribution.value
    case "exponential":
      return distribution.mean
    case "lognormal":
      return distribution.mean ?? (distribution.median ?? 0) * Math.exp(distribution.sigma ** 2 / 2)
    case "empirical":
      return distribution.values.reduce((sum, millis) => sum + millis * nanosPerMilli, 0) / distribution.values.length
    case "mixture": {
      const total = distribution.of.reduce((sum, { weight }) => sum + weight, 0)
      return distribution.of.reduce((sum, part) => sum + (part.weight / total) * meanOf(part), 0)
    }
  }
}
