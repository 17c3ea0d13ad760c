import { Effect, type Either, Option, Record, Schema } from "effect"
import { type BadLesson, decode, type Lesson } from "./Lesson.ts"
import adaptiveLimit from "./lessons/adaptive-limit.json" with { type: "json" }
import backoffOpenArrivals from "./lessons/backoff-open-arrivals.json" with { type: "json" }
import brownout from "./lessons/brownout.json" with { type: "json" }
import bulkhead from "./lessons/bulkhead.json" with { type: "json" }
import coldCache from "./lessons/cold-cache.json" with { type: "json" }
import connectionPool from "./lessons/connection-pool.json" with { type: "json" }
import coordinatedOmission from "./lessons/coordinated-omission.json" with { type: "json" }
import degradingUpstream from "./lessons/degrading-upstream.json" with { type: "json" }
import flappingBreaker from "./lessons/flapping-breaker.json" with { type: "json" }
import handbookPolicies from "./lessons/handbook-policies.json" with { type: "json" }
import hedging from "./lessons/hedging.json" with { type: "json" }
import lifoUnderOverload from "./lessons/lifo-under-overload.json" with { type: "json" }
import nearSaturation from "./lessons/near-saturation.json" with { type: "json" }
import permitOverPauses from "./lessons/permit-over-pauses.json" with { type: "json" }
import rateOrConcurrency from "./lessons/rate-or-concurrency.json" with { type: "json" }
import retryBudget from "./lessons/retry-budget.json" with { type: "json" }
import retryStorm from "./lessons/retry-storm.json" with { type: "json" }
import slowRecovery from "./lessons/slow-recovery.json" with { type: "json" }
import staleQueue from "./lessons/stale-queue.json" with { type: "json" }
import thunderingHerd from "./lessons/thundering-herd.json" with { type: "json" }
import timeoutBelowMedian from "./lessons/timeout-below-median.json" with { type: "json" }
import unboundedQueue from "./lessons/unbounded-queue.json" with { type: "json" }
import unusedDeadline from "./lessons/unused-deadline.json" with { type: "json" }

/** The files of the lessons by name, in the order in which a student meets them. The bundle contains them. */
const files = {
  "near-saturation": nearSaturation,
  "unbounded-queue": unboundedQueue,
  "lifo-under-overload": lifoUnderOverload,
  "unused-deadline": unusedDeadline,
  "slow-recovery": slowRecovery,
  "stale-queue": staleQueue,
  "timeout-below-median": timeoutBelowMedian,
  "retry-storm": retryStorm,
  "backoff-open-arrivals": backoffOpenArrivals,
  "retry-budget": retryBudget,
  "thundering-herd": thunderingHerd,
  "flapping-breaker": flappingBreaker,
  "hedging": hedging,
  "brownout": brownout,
  "rate-or-concurrency": rateOrConcurrency,
  "adaptive-limit": adaptiveLimit,
  "bulkhead": bulkhead,
  "connection-pool": connectionPool,
  "permit-over-pauses": permitOverPauses,
  "degrading-upstream": degradingUpstream,
  "cold-cache": coldCache,
  "coordinated-omission": coordinatedOmission,
  "handbook-policies": handbookPolicies
} as const

export type LessonName = keyof typeof files

/** The names of all lessons, in the order in which a student meets them. */
export const names: ReadonlyArray<LessonName> = Record.keys(files)

/** The name of a lesson, as a command and a URL have it. */
export const LessonName = Schema.Literal(...names).annotations({ identifier: "LessonName" })

/** Finds the lesson that somebody asked for by its name. */
export const find: (name: string) => Option.Option<LessonName> = Option.liftPredicate(Schema.is(LessonName))

const decoded = new Map<LessonName, Either.Either<Lesson, BadLesson>>()

const once = (name: LessonName): Either.Either<Lesson, BadLesson> => {
  const before = decoded.get(name)
  if (before !== undefined) return before
  const lesson = decode(files[name])
  decoded.set(name, lesson)
  return lesson
}

/** Returns a lesson, decoded when it is first asked for. A bundled file that is no lesson is a defect. */
export const lesson = (name: LessonName): Effect.Effect<Lesson> => Effect.orDie(Effect.suspend(() => once(name)))
