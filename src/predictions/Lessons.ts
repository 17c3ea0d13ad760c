import { Effect, Schema } from "effect"
import type { Language } from "../domain/Text.ts"
import { measuresOf } from "../simulation/gallery/Claim.ts"
import * as Gallery from "../simulation/gallery/Gallery.ts"
import { judge, type Lesson as Taught } from "../simulation/gallery/Lesson.ts"
import { Scenario } from "../simulation/Scenario.ts"
import type { Lesson, LessonReport } from "./LessonApi.ts"
import type { OnProgress } from "./SimulationPool.ts"
import type { Failure, Simulations } from "./Simulations.ts"

const encode = Schema.encodeSync(Scenario)

const shown = (name: Gallery.LessonName, lesson: Taught, language: Language): Lesson => ({
  name,
  title: lesson.title[language],
  see: lesson.see[language],
  why: lesson.why[language],
  instead: lesson.instead[language],
  sources: lesson.sources,
  variants: lesson.variants.map(({ name, scenario, text }) => ({
    name,
    text: text[language],
    scenario: encode(scenario)
  })),
  claims: lesson.claims.map((claim) => ({
    text: claim.text[language],
    of: [...new Set(measuresOf(claim).map(({ of }) => of))]
  }))
})

/** Returns a lesson of the gallery in a language. */
export const lessonIn = (name: Gallery.LessonName, language: Language): Effect.Effect<Lesson> =>
  Effect.map(Gallery.lesson(name), (lesson) => shown(name, lesson, language))

/** Returns the gallery in the order in which a student meets the lessons. */
export const galleryIn = (language: Language): Effect.Effect<ReadonlyArray<Lesson>> =>
  Effect.forEach(Gallery.names, (name) => lessonIn(name, language), { concurrency: 1 })

/** Runs all variants of a lesson with the same luck, one after the other, and judges its claims. */
export const runLesson = (
  { run }: Simulations["Type"],
  name: Gallery.LessonName,
  seed: number,
  language: Language,
  onProgress?: OnProgress
): Effect.Effect<LessonReport, Failure> =>
  Effect.gen(function*() {
    const lesson = yield* Gallery.lesson(name)
    let before = 0
    const runs = yield* Effect.forEach(lesson.variants, ({ name: variant, scenario }) =>
      Effect.map(
        run({ ...scenario, seed }, 1, (done) => onProgress?.(before + done)),
        (report) => {
          before += report.requests
          return { variant, report }
        }
      ), { concurrency: 1 })
    const results = runs.map(({ report, variant }) => ({ variant, result: report }))
    const verdicts = judge(lesson, results).map(({ expected, got, holds, is, measure, text }) => ({
      text: text[language],
      of: measure.of,
      is,
      expected,
      got,
      holds
    }))
    return { lesson: name, seed, runs, verdicts }
  })
