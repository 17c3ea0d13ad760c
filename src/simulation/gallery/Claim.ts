import { Schema } from "effect"
import { rule } from "../../domain/Rule.ts"
import type { Text } from "../../domain/Text.ts"
import type { Result } from "../Result.ts"
import { Measure, measured } from "./Measure.ts"

const Written = Schema.String.pipe(
  Schema.filter((written) => written.trim() !== "", rule("ne doit pas être vide", "must not be empty"))
)

/** A text of a lesson in both languages. */
export const LessonText = Schema.Struct({ fr: Written, en: Written }).annotations({ identifier: "LessonText" })

/**
 * A sentence about the runs of a lesson that could be false: a measure is less or greater than a number or another
 * measure, the latter `times` over.
 */
export const Claim = Schema.Struct({
  text: LessonText,
  measure: Measure,
  is: Schema.Literal("less", "greater"),
  than: Schema.Union(Schema.Number, Measure),
  times: Schema.optionalWith(Schema.Number.pipe(Schema.greaterThan(0)), { exact: true })
})
export type Claim = typeof Claim.Type

/** Lists the measures of a claim. */
export const measuresOf = ({ measure, than }: Claim): ReadonlyArray<Measure> =>
  typeof than === "number" ? [measure] : [measure, than]

/** The judgement of a claim. */
export interface Verdict {
  readonly text: Text
  readonly measure: Measure
  readonly is: Claim["is"]
  /** The bound: a number, or the other measure times the factor. */
  readonly expected: number
  readonly got: number
  readonly holds: boolean
}

/** Judges a claim by the results of the variants. A variant without a result measures NaN, so no claim holds on it. */
export const judged = (
  { is, measure, text, than, times = 1 }: Claim,
  resultOf: (variant: string) => Result | undefined
): Verdict => {
  const take = (measure: Measure): number => {
    const result = resultOf(measure.of)
    return result === undefined ? Number.NaN : measured(result, measure)
  }
  const expected = typeof than === "number" ? than : times * take(than)
  const got = take(measure)
  return { text, measure, is, expected, got, holds: is === "less" ? got < expected : got > expected }
}
