import { meanOf } from "../Distribution.ts"
import type { Upstream } from "../Scenario.ts"
import { meanSquare } from "./meanSquare.ts"
import { quantiles } from "./quantiles.ts"
import type { Question } from "./Question.ts"
import type { RecordedTimes } from "./recordedTimes.ts"
import type { Fixed } from "./Shape.ts"
import { samplesNeeded } from "./thinData.ts"

const nanosPerMilli = 1_000_000
const millisPerSecond = 1_000

/** An attempt timeout that may be advised: the time that the share `p` of healthy attempts does not exceed. */
export interface TimeoutAt {
  readonly p: number
  /** Whole milliseconds; undefined where the data are too few to tell. */
  readonly millis: number | undefined
}

/** The question as the advisor reckons with it. Times are milliseconds, rates per millisecond. */
export interface Facts {
  readonly question: Question
  readonly upstream: Upstream
  readonly recorded: RecordedTimes | undefined
  /** The mean service time. */
  readonly mean: number
  /** The squared coefficient of variation of the service time: 0 where constant, 1 where exponential. */
  readonly variation: number
  readonly at: (p: number) => number
  readonly within: number
  readonly rate: number
  /** Places that the first attempts alone keep busy, in erlangs. */
  readonly load: number
  readonly timeouts: ReadonlyArray<TimeoutAt>
  readonly fixed: Fixed
}

/** The quantiles of the service time that are tried as attempt timeouts. */
export const timeoutQuantiles = [0.95, 0.99, 0.995, 0.999, 0.9995] as const

/** Attempts that shall fit into the objective, for the timeouts that make them fit. */
const fittingAttempts = [2, 3, 4] as const

/** Quantiles between which such a timeout makes sense: below, it would end half of all attempts. */
const fitting = { from: 0.5, to: 0.9995 } as const

/** The longest pauses between so many attempts: full jitter draws up to the backoff, which doubles. */
export const pausesOf = (attempts: number, base: number): number => base * (2 ** (attempts - 1) - 1)

/** Halvings of an interval of shares: a millionth is enough. */
const halvings = 20

/** The share of times that are no longer than `millis`. */
const shareUpTo = (at: (p: number) => number, millis: number): number => {
  let [low, high] = [0, 1]
  for (let step = 0; step < halvings; step++) {
    const middle = (low + high) / 2
    if (at(middle) <= millis) low = middle
    else high = middle
  }
  return low
}

/** The longest timeouts with which some attempts and their pauses fit into the objective. */
const fittingTimeouts = (at: (p: number) => number, { base, timeout }: Fixed): ReadonlyArray<TimeoutAt> =>
  fittingAttempts.flatMap((attempts) => {
    const millis = Math.floor((timeout - pausesOf(attempts, base)) / attempts)
    const p = millis < 1 ? 0 : shareUpTo(at, millis)
    return p >= fitting.from && p <= fitting.to ? [{ p, millis }] : []
  })

/** Milliseconds of a timer, which is never 0. */
const whole = (millis: number): number => Math.max(1, Math.round(millis))

const upstreamOf = (question: Question, recorded: RecordedTimes | undefined): Upstream => {
  const { capacity, queue, upstream } = question
  const { abandoned, failure = recorded?.failure } = upstream
  const service = "service" in upstream ? upstream.service : recorded?.service
  return {
    service: service ?? { kind: "constant", value: 0 },
    ...(capacity === undefined ? {} : { servers: capacity }),
    ...(queue === undefined ? {} : { queue }),
    ...(abandoned === undefined ? {} : { abandoned }),
    ...(failure === undefined ? {} : { failure })
  }
}

/** Reckons what a question says. Recorded times are given beside it, wherever they came from. */
export const factsOf = (question: Question, recorded: RecordedTimes | undefined): Facts => {
  const upstream = upstreamOf(question, recorded)
  const quantile = quantiles(upstream.service)
  const at = recorded?.at ?? ((p: number) => quantile(p) / nanosPerMilli)
  const mean = meanOf(upstream.service) / nanosPerMilli
  const within = question.objective.within / nanosPerMilli
  const rate = question.rate / millisPerSecond
  const timeoutAt = (p: number): TimeoutAt => {
    const millis = recorded === undefined ? at(p) : recorded.bound(p)
    return { p, millis: millis === undefined ? undefined : whole(millis) }
  }
  const fixed = { timeout: Math.max(1, Math.floor(within)), base: whole(at(0.5)) }
  return {
    question,
    upstream,
    recorded,
    mean,
    variation: mean === 0 ? 0 : meanSquare(upstream.service) / nanosPerMilli ** 2 / mean ** 2 - 1,
    at,
    within,
    rate,
    load: rate * mean,
    timeouts: [...fittingTimeouts(at, fixed), ...timeoutQuantiles.map(timeoutAt)].toSorted((one, other) =>
      one.p - other.p
    ),
    fixed
  }
}

/** The samples that the objective's share needs, where there are fewer; undefined where there are enough. */
export const tooFewSamples = ({ objective }: Question, samples: number): number | undefined => {
  const needed = samplesNeeded(Math.max(objective.share, timeoutQuantiles[0]))
  return samples < needed ? needed : undefined
}
