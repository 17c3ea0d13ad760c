import { describe, expect, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { meanOf } from "../../../src/simulation/Distribution.ts"
import { type Claim, measuresOf } from "../../../src/simulation/gallery/Claim.ts"
import { lesson as lessonOf, names } from "../../../src/simulation/gallery/Gallery.ts"
import type { Variant } from "../../../src/simulation/gallery/Lesson.ts"
import type { Measure } from "../../../src/simulation/gallery/Measure.ts"
import { Scenario } from "../../../src/simulation/Scenario.ts"
import { numbersIn } from "./numbersIn.ts"

const millisPerSecond = 1_000
const nanosPerSecond = 1_000_000_000

const encode = Schema.encodeSync(Scenario)

/** Every number of a written scenario, a time in its own unit. */
const written = (value: unknown): ReadonlyArray<number> => {
  if (typeof value === "number") return [value]
  if (typeof value === "string") return /^[\d.]+ [a-z]+$/.test(value) ? [Number.parseFloat(value)] : []
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(written) : []
}

const ratesOf = ({ arrivals }: Scenario): ReadonlyArray<number> => {
  if ("phases" in arrivals) return arrivals.phases.map(({ rate }) => rate)
  return "rate" in arrivals ? [arrivals.rate] : []
}

/** The seconds at which the world of a scenario changes: bad times begin and end, phases of arrivals end. */
const changesOf = ({ arrivals, upstream: { faults = [] } }: Scenario): ReadonlyArray<number> => {
  const phases = "phases" in arrivals ? arrivals.phases : []
  const ends = phases.map((_, place) => phases.slice(0, place + 1).reduce((sum, phase) => sum + phase.for, 0))
  return [...faults.flatMap(({ from, to }) => [from, to]), ...ends].map((nanos) => nanos / nanosPerSecond)
}

const secondsOf = (measure: Measure): ReadonlyArray<number> =>
  "series" in measure ? [measure.from / nanosPerSecond, measure.to / nanosPerSecond] : []

/** The share of which a figure is the quantile: half of the times are no longer than p50. */
const quantileOf = (measure: Measure): ReadonlyArray<number> => {
  const [, quantile] = /\.p(\d+)$/.exec("figure" in measure ? measure.figure : "") ?? []
  return quantile === undefined ? [] : [Number(quantile) / 100]
}

/** The load of a scenario, a share of its places. */
const loadOf = ({ upstream: { servers, service } }: Scenario, rate: number): ReadonlyArray<number> =>
  servers === undefined ? [] : [rate * meanOf(service) / nanosPerSecond / servers]

/** The numbers that the bound and the seconds of a claim have in a scenario: times its rate, and after its changes. */
const relativeTo = (world: Scenario, bounds: ReadonlyArray<number>, seconds: ReadonlyArray<number>) => [
  ...ratesOf(world).flatMap((rate) => loadOf(world, rate).concat(bounds.map((bound) => bound / rate))),
  ...changesOf(world).flatMap((change) => seconds.map((second) => second - change))
]

/** Every number that a claim's sentence may have, from its data and from the scenarios of the variants it measures. */
const sourcesOf = (claim: Claim, variants: ReadonlyArray<Variant>): ReadonlyArray<number> => {
  const { than, times } = claim
  const measures = measuresOf(claim)
  const bounds = typeof than === "number" ? [than] : []
  const seconds = measures.flatMap(secondsOf)
  const worlds = measures.flatMap(({ of }) => variants.filter(({ name }) => name === of)).map(({ scenario }) =>
    scenario
  )
  return [
    ...bounds.flatMap((bound) => [bound, 1 - bound, bound - 1, bound / millisPerSecond]),
    ...(times === undefined ? [] : [times, 1 - times]),
    ...seconds,
    ...measures.flatMap(quantileOf),
    ...worlds.flatMap((world) => written(encode(world)).concat(relativeTo(world, bounds, seconds)))
  ]
}

/** Rounding of a bound such as 0.333. */
const rounding = 0.001

const isAmong = (sources: ReadonlyArray<number>) => (number: number): boolean =>
  sources.some((source) => Math.abs(source - number) <= rounding * number)

describe("the numbers of claims", () => {
  it.effect.each(names)("%s: are the same in both languages, and come from its data", (name) =>
    Effect.gen(function*() {
      const { claims, variants } = yield* lessonOf(name)
      for (const claim of claims) {
        const { en, fr } = numbersIn(claim.text)
        expect([claim.text.fr, fr]).toEqual([claim.text.fr, en])
        const isFounded = isAmong(sourcesOf(claim, variants))
        expect([claim.text.en, [...en].filter((number) => !isFounded(number))]).toEqual([claim.text.en, []])
      }
    }))

  it("are read in digits and words", () => {
    const read = (fr: string, en: string) => {
      const numbers = numbersIn({ fr, en })
      return [[...numbers.fr], [...numbers.en]]
    }
    expect(read("Le p99 passe de 1,5 s à deux.", "The p99 goes from 1.5 s to two.")).toEqual([[1.5, 2], [1.5, 2]])
    expect(read("La moitié, soit 50 %.", "Half, that is 50 %.")).toEqual([[0.5], [0.5]])
    expect(read("Moins d'une requête sur cinq.", "Less than one request in five.")).toEqual([[0.2], [0.2]])
    expect(read("Dix essais de plus sur cent.", "Ten more attempts in a hundred.")).toEqual([[0.1], [0.1]])
    expect(read("Une limite juste.", "The right one, at once.")).toEqual([[], []])
  })
})
