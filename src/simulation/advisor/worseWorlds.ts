import { type Text, text } from "../../domain/Text.ts"
import type { Distribution } from "../Distribution.ts"
import type { Facts } from "./Facts.ts"

type Simple = Exclude<Distribution, { readonly kind: "mixture" }>

/** A distribution whose times are all longer by a factor. */
const slower = (distribution: Distribution, factor: number): Distribution =>
  distribution.kind === "mixture"
    ? {
      ...distribution,
      of: [
        slowerPart(distribution.of[0], factor),
        ...distribution.of.slice(1).map((part) => slowerPart(part, factor))
      ]
    }
    : slowerSimple(distribution, factor)

type Part = Extract<Distribution, { readonly kind: "mixture" }>["of"][number]

const slowerPart = (part: Part, factor: number): Part => ({ ...slowerSimple(part, factor), weight: part.weight })

const slowerSimple = (distribution: Simple, factor: number): Simple => {
  switch (distribution.kind) {
    case "constant":
      return { ...distribution, value: distribution.value * factor }
    case "exponential":
      return { ...distribution, mean: distribution.mean * factor }
    case "lognormal": {
      const { mean, median } = distribution
      return {
        ...distribution,
        ...(mean === undefined ? {} : { mean: mean * factor }),
        ...(median === undefined ? {} : { median: median * factor })
      }
    }
    case "empirical": {
      const [first, ...others] = distribution.values
      return { ...distribution, values: [first * factor, ...others.map((value) => value * factor)] }
    }
  }
}

/** A world that is worse than the question's in one value. */
interface World {
  readonly says: Text
  readonly facts: Facts
}

/** The worlds in which the advised policy is tried besides: slower, smaller and busier ones. */
export const worseWorlds = (facts: Facts): ReadonlyArray<World> => {
  const { question, rate, upstream } = facts
  const { capacity } = question
  const busier = 1.5
  return [
    {
      says: text("latence x2", "latency x2"),
      facts: { ...facts, upstream: { ...upstream, service: slower(upstream.service, 2) } }
    },
    ...(capacity === undefined ? [] : [{
      says: text("capacité -30 %", "capacity -30 %"),
      facts: { ...facts, upstream: { ...upstream, servers: Math.max(1, Math.floor(capacity * 0.7)) } }
    }]),
    {
      says: text("débit +50 %", "rate +50 %"),
      facts: { ...facts, rate: rate * busier, question: { ...question, rate: question.rate * busier } }
    }
  ]
}
