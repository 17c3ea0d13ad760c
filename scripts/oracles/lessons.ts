import { Effect } from "effect"
import { lesson as lessonOf, type LessonName, names } from "../../src/simulation/gallery/Gallery.ts"
import { run } from "../../src/simulation/gallery/Lesson.ts"
import type { OutOfBounds, Stuck } from "../../src/simulation/simulate.ts"

/** A claim of a lesson over several seeds. */
export interface Steadiness {
  readonly lesson: LessonName
  readonly claim: string
  readonly seeds: number
  /** The seeds for which the claim does not hold. */
  readonly fails: ReadonlyArray<number>
  /** The share of its bound by which the claim holds in the closest run; negative where it fails. */
  readonly margin: number
}

/** Seeds that every claim must survive: a claim that needs its seed is luck. */
const seeds = Array.from({ length: 20 }, (_, index) => index + 1)

const marginOf = ({ expected, got, is }: { readonly expected: number; readonly got: number; readonly is: string }) =>
  (is === "less" ? expected - got : got - expected) / Math.max(Math.abs(expected), Number.MIN_VALUE)

/** Judges the claims of a lesson with every seed. */
const steadinessOf = (name: LessonName): Effect.Effect<ReadonlyArray<Steadiness>, Stuck | OutOfBounds> =>
  Effect.gen(function*() {
    const lesson = yield* lessonOf(name)
    const reports = yield* Effect.forEach(seeds, (seed) => run(lesson, { seed }), { concurrency: 1 })
    return lesson.claims.map(({ text }, index) => {
      const verdicts = reports.flatMap(({ seed, verdicts }) =>
        verdicts.slice(index, index + 1).map((verdict) => ({ seed, verdict }))
      )
      return {
        lesson: name,
        claim: text.en,
        seeds: seeds.length,
        fails: verdicts.filter(({ verdict }) => !verdict.holds).map(({ seed }) => seed),
        margin: Math.min(...verdicts.map(({ verdict }) => marginOf(verdict)))
      }
    })
  })

/** The lessons of the gallery, each as an effect that judges its claims with 20 seeds. */
export const lessons: ReadonlyArray<
  { readonly name: LessonName; readonly judge: Effect.Effect<ReadonlyArray<Steadiness>, Stuck | OutOfBounds> }
> = names.map((name) => ({ name, judge: steadinessOf(name) }))
