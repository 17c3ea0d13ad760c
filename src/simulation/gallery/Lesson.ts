import { Data, Effect, Either, Schema } from "effect"
import { sentenceOf } from "../../domain/ParseIssues.ts"
import { rule } from "../../domain/Rule.ts"
import type { Text } from "../../domain/Text.ts"
import type { Result } from "../Result.ts"
import { Scenario } from "../Scenario.ts"
import { type OutOfBounds, simulate, type Stuck } from "../simulate.ts"
import { Claim, judged, LessonText, measuresOf, type Verdict } from "./Claim.ts"
import { mergePatch } from "./mergePatch.ts"

/** A name that can stand in a command, in a URL and in the name of a file. */
const Name = Schema.String.pipe(
  Schema.pattern(
    /^[a-z0-9]+(?:-[a-z0-9]+)*$/,
    rule("doit être fait de a-z, 0-9 et traits d'union", "must be made of a-z, 0-9 and hyphens")
  ),
  Schema.maxLength(60)
)

const Variant = Schema.Struct({
  name: Name,
  text: LessonText,
  changes: Schema.Record({ key: Schema.String, value: Schema.Unknown })
})

const isUnique = (variants: ReadonlyArray<{ readonly name: string }>): boolean =>
  new Set(variants.map(({ name }) => name)).size === variants.length

/**
 * A lesson as its file has it: the texts, a scenario, its variants as changes to the scenario (a JSON merge patch, RFC
 * 7396), and the claims about their runs.
 */
const File = Schema.Struct({
  name: Name,
  title: LessonText,
  see: LessonText,
  why: LessonText,
  instead: LessonText,
  sources: Schema.NonEmptyArray(Schema.String),
  scenario: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
  variants: Schema.NonEmptyArray(Variant).pipe(
    Schema.filter(isUnique, rule("doivent avoir des noms différents", "must have different names"))
  ),
  claims: Schema.NonEmptyArray(Claim)
}).annotations({ identifier: "Lesson", parseOptions: { onExcessProperty: "error" } }).pipe(
  Schema.filter(
    ({ claims, variants }) => {
      const names = new Set(variants.map(({ name }) => name))
      const claim = claims.findIndex((claim) => measuresOf(claim).some(({ of }) => !names.has(of)))
      return claim < 0 || { path: ["claims", claim], message: "" }
    },
    rule("mesure une variante qui n'existe pas", "measures a variant that does not exist")
  )
)

/** A world and a policy that a lesson compares with others. */
export interface Variant {
  readonly name: string
  readonly text: Text
  readonly scenario: Scenario
}

/** An experiment that teaches one thing: its texts, the scenarios that it compares, and the claims that it asserts. */
export interface Lesson {
  readonly name: string
  readonly title: Text
  /** Says which figures to look at. */
  readonly see: Text
  readonly why: Text
  /** Says what to do about it. */
  readonly instead: Text
  readonly sources: ReadonlyArray<string>
  readonly variants: ReadonlyArray<Variant>
  readonly claims: ReadonlyArray<Claim>
}

/** A file is no lesson. The sentence names the field, in English. */
export class BadLesson extends Data.TaggedError("BadLesson")<{ readonly issue: string }> {
  override get message(): string {
    return this.issue
  }
}

const decodeFile = Schema.decodeUnknownEither(File, { errors: "all" })
const decodeScenario = Schema.decodeUnknownEither(Scenario, { errors: "all" })

/** Reads a lesson from the value of its file. Each variant's scenario carries the names and the text of its variant. */
export const decode = (value: unknown): Either.Either<Lesson, BadLesson> =>
  Either.gen(function*() {
    const { scenario, variants, ...lesson } = yield* Either.mapLeft(
      decodeFile(value),
      (error) => new BadLesson({ issue: sentenceOf(error) })
    )
    const scenarios = variants.map(({ changes, name, text }) => {
      const named = { ...scenario, name: `${lesson.name}, ${name}`, description: text }
      return Either.mapBoth(decodeScenario(mergePatch(named, changes)), {
        onLeft: (error) => new BadLesson({ issue: `the scenario of the variant ${name}: ${sentenceOf(error)}` }),
        onRight: (decoded): Variant => ({ name, text, scenario: decoded })
      })
    })
    return { ...lesson, variants: yield* Either.all(scenarios) }
  })

/** A variant and its figures. */
export interface VariantRun {
  readonly variant: string
  readonly result: Result
}

/** The runs of a lesson and the judgement of its claims. */
export interface LessonReport {
  readonly lesson: string
  readonly seed: number
  readonly runs: ReadonlyArray<VariantRun>
  readonly verdicts: ReadonlyArray<Verdict>
}

/** Judges the claims of a lesson by the runs of its variants. A claim on a variant that was not run does not hold. */
export const judge = ({ claims }: Lesson, runs: ReadonlyArray<VariantRun>): ReadonlyArray<Verdict> =>
  claims.map((claim) => judged(claim, (variant) => runs.find((run) => run.variant === variant)?.result))

export interface Options {
  /** The luck that all variants meet; 1 if absent. */
  readonly seed?: number
  /** Learns how many requests of a variant have ended. */
  readonly onProgress?: (variant: string, done: number) => void
}

/** Runs every variant of a lesson once, with the same luck, and judges the claims. */
export const run = (
  lesson: Lesson,
  { onProgress, seed = 1 }: Options = {}
): Effect.Effect<LessonReport, Stuck | OutOfBounds> =>
  Effect.gen(function*() {
    const runs = yield* Effect.forEach(
      lesson.variants,
      ({ name, scenario }) =>
        Effect.map(
          simulate(scenario, { seed, onProgress: (done) => onProgress?.(name, done) }),
          (result) => ({ variant: name, result })
        ),
      { concurrency: 1 }
    )
    return { lesson: lesson.name, seed, runs, verdicts: judge(lesson, runs) }
  })
