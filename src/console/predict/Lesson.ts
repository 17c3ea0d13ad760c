import type { Verdict as Judged } from "../../simulation/gallery/Claim.ts"
import type { Report } from "../../simulation/Report.ts"

/** The judgement of a claim, in the reader's language. */
export interface Verdict extends Pick<Judged, "is" | "expected" | "got" | "holds"> {
  readonly text: string
}

/** A lesson of the gallery, as `GET /scenarios` answers it. */
export interface Lesson {
  readonly name: string
  readonly title: string
  readonly see: string
  readonly why: string
  readonly instead: string
  readonly sources: ReadonlyArray<string>
  readonly variants: ReadonlyArray<{ readonly name: string; readonly text: string; readonly scenario: unknown }>
  readonly claims: ReadonlyArray<{ readonly text: string }>
}

export interface LessonReport {
  readonly runs: ReadonlyArray<{ readonly variant: string; readonly report: Report }>
  readonly verdicts: ReadonlyArray<Verdict>
}
