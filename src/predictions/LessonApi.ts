import { Schema } from "effect"
import { LessonName } from "../simulation/gallery/Gallery.ts"
import { Scenario } from "../simulation/Scenario.ts"
import { Report } from "./ReportSchema.ts"

const Written = Schema.String

const LessonClaim = Schema.Struct({
  text: Written.annotations({ examples: ["Avec la tempête, les réussites ne reviennent pas."] }),
  /** The variants whose runs it measures. */
  of: Schema.Array(Schema.String).annotations({ examples: [["storm"]] })
})

const exampleScenario = {
  arrivals: { kind: "poisson", phases: [{ for: "10 seconds", rate: 70 }] },
  upstream: { servers: 10, service: { kind: "exponential", mean: "100 millis" } },
  policy: { timeout: "1 second" }
} as const satisfies typeof Scenario.Encoded

/** A lesson of the gallery as a client reads it, in one language. */
export const Lesson = Schema.Struct({
  name: LessonName.annotations({ examples: ["retry-storm"] }),
  title: Written.annotations({ examples: ["La tempête de relances et ses cinq remèdes"] }),
  see: Written.annotations({ description: "Which figures to look at", examples: ["Les réussites par seconde."] }),
  why: Written.annotations({ description: "Why they are so", examples: ["La charge se nourrit d'elle-même."] }),
  instead: Written.annotations({ description: "What to do about it", examples: ["Bornez les relances."] }),
  sources: Schema.Array(Schema.String).annotations({ examples: [["M. Brooker, 2022"]] }),
  variants: Schema.Array(Schema.Struct({
    name: Written.annotations({ examples: ["storm"] }),
    text: Written.annotations({ examples: ["Quatre tentatives, sans pause."] }),
    scenario: Schema.encodedSchema(Scenario).annotations({
      description: "As POST /simulations takes it",
      examples: [exampleScenario]
    })
  })),
  claims: Schema.Array(LessonClaim)
}).annotations({ identifier: "SimulationLesson" })
export type Lesson = typeof Lesson.Type

const Verdict = Schema.Struct({
  text: Written.annotations({ examples: ["Avec la tempête, les réussites ne reviennent pas."] }),
  of: Schema.String.annotations({ description: "The variant that is measured", examples: ["storm"] }),
  is: Schema.Literal("less", "greater"),
  expected: Schema.Number.annotations({ description: "The bound", examples: [5] }),
  got: Schema.Number.annotations({ examples: [0.4] }),
  holds: Schema.Boolean.annotations({ examples: [true] })
})

/** The runs of a lesson's variants, and the judgement of its claims. */
export const LessonReport = Schema.Struct({
  lesson: LessonName.annotations({ examples: ["retry-storm"] }),
  seed: Schema.Int.annotations({ examples: [1] }),
  runs: Schema.Array(Schema.Struct({ variant: Written.annotations({ examples: ["storm"] }), report: Report })),
  verdicts: Schema.Array(Verdict)
}).annotations({ identifier: "SimulationLessonReport" })
export type LessonReport = typeof LessonReport.Type
