import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "@effect/platform"
import { Duration, Schema } from "effect"
import { DigitsToNumber } from "../domain/Ids.ts"
import * as Problem from "../domain/Problem.ts"
import { rule } from "../domain/Rule.ts"
import { text } from "../domain/Text.ts"
import { documented } from "../platform/http/contract/documented.ts"
import { eventStream } from "../platform/http/openapi/Events.ts"
import { Advice } from "../simulation/advisor/Advice.ts"
import { Question } from "../simulation/advisor/Question.ts"
import { mostRequests, Scenario } from "../simulation/Scenario.ts"
import { Timeline } from "../timeline/Timeline.ts"
import { Lesson, LessonReport } from "./LessonApi.ts"
import { Report } from "./ReportSchema.ts"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/** 404: the simulated run has fewer requests. */
export class SimulatedRequestNotFound
  extends Problem.define<SimulatedRequestNotFound>()("SimulatedRequestNotFound", 404, {
    request: Schema.Int,
    requests: Schema.Int
  })
{
  get problem(): Problem.Description {
    return {
      title: text("Requête simulée inconnue", "Unknown simulated request"),
      detail: text(
        `La simulation n'a pas de requête ${this.request} : elle en a ${this.requests}, à partir de 0.`,
        `The simulation has no request ${this.request}: it has ${this.requests}, from 0 on.`
      )
    }
  }
}

/** 404: the gallery has no such lesson. */
export class LessonNotFound extends Problem.define<LessonNotFound>()("LessonNotFound", 404, { name: Schema.String }) {
  get problem(): Problem.Description {
    return {
      title: text("Leçon inconnue", "Unknown lesson"),
      detail: text(`La galerie n'a pas de leçon ${this.name}.`, `The gallery has no lesson ${this.name}.`)
    }
  }
}

const name = HttpApiSchema.param(
  "name",
  Schema.String.annotations({ description: "The name of a lesson of GET /scenarios", examples: ["retry-storm"] })
)

/** Seeds of one simulation at most: twenty give an interval that more would hardly narrow. */
export const mostSeeds = 20

const inQuery = (least: number, most: number, description: string) =>
  Schema.compose(
    DigitsToNumber,
    Schema.Int.pipe(
      Schema.between(
        least,
        most,
        rule(`doit être un entier de ${least} à ${most}`, `must be a whole number from ${least} to ${most}`)
      )
    ),
    { strict: false }
  ).annotations({ jsonSchema: { type: "integer", minimum: least, maximum: most, description } })

const interval = { mean: 0.995, low: 0.994, high: 0.996 }

/** An advice in short, for the documentation. */
const exampleAdvice: Advice = {
  seed: 1,
  objective: { share: 0.99, within: 1_000_000_000 },
  policy: { timeout: Duration.seconds(1) },
  sentence: text("Un délai de 1 s suffit.", "A timeout of 1 s suffices."),
  notes: [],
  upstream: { mean: 100, p50: 70, p99: 460, load: 5, concurrency: 12, falseTimeouts: [] },
  evidence: [{
    scenario: "healthy",
    says: text("Le service amont va bien.", "The upstream is healthy."),
    advised: {
      share: interval,
      amplification: { mean: 1, low: 1, high: 1 },
      p99: { mean: 460, low: 450, high: 470 },
      holds: true
    }
  }],
  rejected: [],
  discarded: [],
  breaks: [],
  requests: 400_000
}

/** Predictions: the policies that serve, run in virtual time. */
export const PredictionsApi = HttpApiGroup.make("predictions")
  .add(
    HttpApiEndpoint.post("simulate", "/simulations")
      .setUrlParams(Schema.Struct({
        seeds: optional(inQuery(1, mostSeeds, "Runs with different luck; two or more give intervals of 95 %")),
        request: optional(inQuery(
          0,
          mostRequests,
          "The number of a request, from 0, whose timeline is the answer; the scenario then runs with its own seed alone"
        ))
      }))
      .setPayload(Scenario)
      .addSuccess(
        Schema.Union(Report, Timeline).annotations({ description: "The figures, or the timeline of one request" })
      )
      .addError(SimulatedRequestNotFound)
      .addError(Problem.InvalidInput)
      .addError(Problem.Overloaded)
      .addError(Problem.TimedOut)
      .annotateContext(documented(
        "Simulates a scenario",
        "Runs the policy in virtual time, by the interpreter that serves, against a modelled upstream. The same scenario and seed give the same run. A request that prefers text/event-stream gets progress, one that prefers image/svg+xml a chart. A client that leaves stops the run."
      ))
      .annotateContext(eventStream({
        description:
          "Events progress with the requests that have ended, and those expected or null, then result, or error with a problem document",
        example: [
          "id: 400\nevent: progress\ndata: {\"done\":400,\"requests\":1000}\n\n",
          "id: end\nevent: result\ndata: {\"requests\":1000,\"succeeded\":1000}\n\n"
        ].join(""),
        others: {
          "image/svg+xml": {
            schema: { type: "string", description: "Goodput, attempts, arrivals and queue over virtual time" }
          }
        }
      }))
  )
  .add(
    HttpApiEndpoint.get("scenarios", "/scenarios")
      .addSuccess(Schema.Array(Lesson))
      .annotateContext(documented(
        "The gallery of lessons",
        "Each is a scenario with variants, and claims about their runs. A variant's scenario is a body for POST /simulations."
      ))
  )
  .add(
    HttpApiEndpoint.get("scenario")`/scenarios/${name}`
      .addSuccess(Lesson)
      .addError(LessonNotFound)
      .annotateContext(documented("One lesson of the gallery", "Its texts, scenarios and claims."))
  )
  .add(
    HttpApiEndpoint.post("lesson")`/scenarios/${name}/simulations`
      .setUrlParams(
        Schema.Struct({ seed: optional(inQuery(0, 2 ** 31 - 1, "The luck that all variants meet; 1 by default")) })
      )
      .addSuccess(LessonReport)
      .addError(LessonNotFound)
      .addError(Problem.InvalidInput)
      .addError(Problem.Overloaded)
      .addError(Problem.TimedOut)
      .annotateContext(documented(
        "Simulates a lesson",
        "Runs all its variants with the same luck, and judges its claims. A request that prefers text/event-stream gets progress; one that prefers image/svg+xml gets a chart of the variants."
      ))
      .annotateContext(eventStream({
        description: "Events progress with the requests that have ended, then result, or error with a problem document",
        example: [
          "id: 400\nevent: progress\ndata: {\"done\":400,\"requests\":null}\n\n",
          "id: end\nevent: result\ndata: {\"lesson\":\"retry-storm\",\"verdicts\":[]}\n\n"
        ].join(""),
        others: {
          "image/svg+xml": { schema: { type: "string", description: "Goodput and attempts of all variants" } }
        }
      }))
  )
  .add(
    HttpApiEndpoint.post("advise", "/advice")
      .setPayload(Question)
      .addSuccess(Advice.annotations({ examples: [exampleAdvice] }))
      .addError(Problem.InvalidInput)
      .addError(Problem.Overloaded)
      .addError(Problem.TimedOut)
      .annotateContext(documented(
        "Advises a policy",
        "Discards policies by arithmetic, simulates the others in health and in trouble, and answers the one that holds, with its evidence. The upstream is a model, recorded times, or what this server measured. A request that prefers text/event-stream gets progress."
      ))
      .annotateContext(eventStream({
        description:
          "Events progress with the simulated requests and their bound, then result, or error with a problem document",
        example: [
          "id: 400\nevent: progress\ndata: {\"done\":400,\"requests\":400000}\n\n",
          "id: end\nevent: result\ndata: {\"policy\":{\"timeout\":\"1 second\"}}\n\n"
        ].join("")
      }))
  )
  .annotateContext(documented("Predictions", "The consequences of a policy, simulated before it serves."))
