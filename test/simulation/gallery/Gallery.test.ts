import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { basename, resolve } from "node:path"
import { judged, measuresOf } from "../../../src/simulation/gallery/Claim.ts"
import { lesson as lessonOf, names } from "../../../src/simulation/gallery/Gallery.ts"
import { type Lesson, type LessonReport, run, type VariantRun } from "../../../src/simulation/gallery/Lesson.ts"

const folder = resolve(import.meta.dirname, "../../../src/simulation/gallery")

/** Judges a claim as if all the variants that it measures had gone as another one did. */
const asIf = (claim: Lesson["claims"][number], runs: ReadonlyArray<VariantRun>, { result }: VariantRun) => {
  const subject = claim.measure.of
  return judged(claim, (variant) => variant === subject ? result : runs.find((run) => run.variant === variant)?.result)
}

const failing = ({ verdicts }: LessonReport) =>
  verdicts.filter(({ holds }) => !holds).map(({ expected, got, is, text }) => `${text.en} ${got} ${is} ${expected}`)

describe("the gallery", () => {
  it("has every file of its folder, under the name of the file", () => {
    const files = readdirSync(`${folder}/lessons`).map((file) => basename(file, ".json"))
    expect(names.toSorted()).toEqual(files.toSorted())
    expect(names.length).toBeGreaterThanOrEqual(16)
  })

  it.effect("has a row for each lesson in its page", () =>
    Effect.gen(function*() {
      const page = readFileSync(`${folder}/README.md`, "utf8")
      for (const name of names) {
        const { title } = yield* lessonOf(name)
        expect(page).toContain(`| [${name}](lessons/${name}.json) | ${title.en} |`)
      }
    }))

  it.effect.each(names)("%s: its claims hold, and each could fail", (name) =>
    Effect.gen(function*() {
      const lesson = yield* lessonOf(name)
      expect(lesson.name).toBe(name)
      const report = yield* run(lesson)
      expect(failing(report)).toEqual([])
      const unfailing = lesson.claims.filter((claim) => report.runs.every((run) => asIf(claim, report.runs, run).holds))
      expect(unfailing.map(({ text }) => text.en)).toEqual([])
    }), 60_000)

  it.effect.each(names)("%s: measures every variant, in texts of both languages", (name) =>
    Effect.gen(function*() {
      const { claims, instead, see, title, variants, why } = yield* lessonOf(name)
      const measured = new Set(claims.flatMap(measuresOf).map(({ of }) => of))
      expect(variants.map((variant) => variant.name).filter((variant) => !measured.has(variant))).toEqual([])
      for (
        const text of [
          title,
          see,
          why,
          instead,
          ...variants.map(({ text }) => text),
          ...claims.map(({ text }) => text)
        ]
      ) {
        expect(text.fr).not.toBe(text.en)
      }
    }))
})
