import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "@effect/platform"
import { Schema } from "effect"
import * as Problem from "../domain/Problem.ts"
import { rule } from "../domain/Rule.ts"
import { text } from "../domain/Text.ts"
import { documented } from "../platform/http/contract/documented.ts"
import { answerHeaders } from "../platform/http/openapi/Headers.ts"
import { Policy } from "../policy/Policy.ts"
import { Outcome, Timeline, version } from "../timeline/Timeline.ts"
import { GivenKnobs } from "./Knobs.ts"

/** The id of an experiment, which is that of its trace and of its timeline. */
export const ExperimentId = Schema.String.pipe(
  Schema.pattern(
    /^[0-9a-f]{32}$/,
    rule("doit être 32 chiffres hexadécimaux en minuscules", "must be 32 hexadecimal digits in lower case")
  )
).annotations({
  description: "The id of the experiment, its trace and its timeline: 32 hexadecimal digits",
  examples: ["4bf92f3577b34da6a3ce929d0e0e4736"]
})

/** 404: no experiment has the id; it may have ended long ago. */
export class ExperimentNotFound
  extends Problem.define<ExperimentNotFound>()("ExperimentNotFound", 404, { id: Schema.String })
{
  get problem(): Problem.Description {
    return {
      title: text("Expérience inconnue", "Unknown experiment"),
      detail: text(
        `Aucune expérience n'a l'id ${this.id}, ou elle est trop ancienne.`,
        `No experiment has the id ${this.id}, or it is too old.`
      )
    }
  }
}

/** 404: the experiment has no such fiber. */
export class FiberNotFound extends Problem.define<FiberNotFound>()("FiberNotFound", 404, { fiber: Schema.Int }) {
  get problem(): Problem.Description {
    return {
      title: text("Fibre inconnue", "Unknown fiber"),
      detail: text(
        `Cette expérience n'a pas de fibre ${this.fiber}.`,
        `This experiment has no fiber ${this.fiber}.`
      )
    }
  }
}

/** 409: the fiber has ended, and cannot be interrupted any more. */
export class FiberEnded extends Problem.define<FiberEnded>()("FiberEnded", 409, { fiber: Schema.Int }) {
  get problem(): Problem.Description {
    return {
      title: text("Fibre terminée", "Fiber ended"),
      detail: text(`La fibre ${this.fiber} est terminée.`, `Fiber ${this.fiber} has ended.`)
    }
  }
}

/** The chapters of the Lab, in the order of the handbook. */
export const ChapterName = Schema.Literal(
  "blocking",
  "tasks",
  "client",
  "parallel",
  "timeouts",
  "jobs",
  "retry",
  "semaphore",
  "transfer",
  "cpu",
  "errors"
)
export type ChapterName = typeof ChapterName.Type

/** 422: the chapter's work takes the time of threads or of a disk, which no model tells beforehand. */
export class NotPredictable extends Problem.define<NotPredictable>()("NotPredictable", 422, { chapter: ChapterName }) {
  get problem(): Problem.Description {
    return {
      title: text("Expérience non prédictible", "Experiment that cannot be predicted"),
      detail: text(
        "Cette expérience dépend de threads ou d'un disque, dont aucun modèle ne dit le temps d'avance.",
        "This experiment depends on threads or a disk, whose time no model tells beforehand."
      )
    }
  }
}

export const Way = Schema.Literal("wrong", "right")
export type Way = typeof Way.Type

const Knob = Schema.Struct({
  name: Schema.String.annotations({ examples: ["tasks"] }),
  title: Schema.String.annotations({ examples: ["Tâches"] }),
  unit: Schema.String.annotations({ description: "Such as ms or %; empty for a count", examples: [""] }),
  minimum: Schema.optionalWith(Schema.Int, { exact: true }),
  maximum: Schema.optionalWith(Schema.Int, { exact: true }),
  default: Schema.Union(Schema.Int, Policy).annotations({
    description: "A whole number, or for the knob policy an object as the POLICY_ variables take it",
    examples: [3]
  })
}).annotations({ identifier: "ExperimentKnob" })

const LabChapter = Schema.Struct({
  name: ChapterName,
  title: Schema.String.annotations({ examples: ["L'une après l'autre, ou à la fois"] }),
  about: Schema.String.annotations({ examples: ["Attendre ne coûte rien, si l'on attend tout à la fois."] }),
  source: Schema.String.annotations({
    description: "The file of the product that runs, from the root of the repository",
    examples: ["src/basics/Basics.ts"]
  }),
  section: Schema.String.annotations({
    description: "The heading of the handbook that teaches it",
    examples: ["Routes synchrones vs asynchrones"]
  }),
  ways: Schema.Struct({
    wrong: Schema.String.annotations({ examples: ["Chaque tâche bloque la boucle"] }),
    right: Schema.String.annotations({ examples: ["Toutes dorment à la fois"] })
  }),
  predictable: Schema.Boolean.annotations({
    description: "True if POST /experiments/predictions predicts it: its work depends on the clock alone",
    examples: [true]
  }),
  knobs: Schema.Array(Knob)
}).annotations({ identifier: "LabChapter" })

/** An experiment as it is asked for. */
export const Asked = Schema.Struct({
  chapter: ChapterName,
  way: Way,
  knobs: Schema.optionalWith(GivenKnobs, { default: () => ({}) })
}).annotations({ identifier: "AskedExperiment" })
export type Asked = typeof Asked.Type

const timeline = Schema.String.annotations({
  description: "The URL of the recording, which grows while the experiment runs",
  examples: ["/timelines/4bf92f3577b34da6a3ce929d0e0e4736"]
})

const Started = Schema.Struct({ id: ExperimentId, timeline }).annotations({ identifier: "StartedExperiment" })

const Milliseconds = Schema.Number

/** Measurements of an experiment so far. */
export const Figures = Schema.Struct({
  wall_ms: Milliseconds.annotations({
    description: "Time from the first to the last moment of the recording",
    examples: [302.5]
  }),
  answered_ms: Milliseconds.annotations({
    description: "Time until the last caller had its answer; shorter than the whole if work goes on after it",
    examples: [301.9]
  }),
  concurrency: Schema.Int.annotations({ description: "The most work in flight at once, as recorded", examples: [3] }),
  fibers: Schema.Int.annotations({ examples: [5] }),
  tasks: Schema.Struct({
    asked: Schema.Int.annotations({ examples: [3] }),
    succeeded: Schema.Int.annotations({ examples: [3] }),
    failed: Schema.Int.annotations({ description: "The others, so far, have left no result", examples: [0] })
  }),
  loop_delay_ms: Schema.Struct({
    server: Milliseconds.annotations({
      description: "The longest delay of the server's event loop meanwhile",
      examples: [1.2]
    }),
    sacrificial: Schema.NullOr(Milliseconds).annotations({
      description: "The longest time for which the experiment's sacrificial event loop was blocked; null without one",
      examples: [null]
    })
  }),
  upstream: Schema.NullOr(Schema.Struct({ calls: Schema.Int, most_at_once: Schema.Int })).annotations({
    description: "Calls as the experiment's upstream counted them; null without one",
    examples: [null]
  }),
  commits: Schema.NullOr(Schema.Int).annotations({
    description: "Commits of the experiment's database; null without one",
    examples: [null]
  })
}).annotations({ identifier: "ExperimentFigures" })
export type Figures = typeof Figures.Type

/** The prediction of one task that sleeps for 300 ms. */
const predicted: Timeline = {
  version,
  id: "0".repeat(32),
  name: "tasks, right",
  clock: "virtual",
  started_at: "1970-01-01T00:00:00.000Z",
  duration_ns: 300_000_000,
  outcome: "success",
  fibers: [{ id: 17, parent: null, name: "tasks, right", from: 0, to: 300_000_000, outcome: "success" }],
  slices: [{
    fiber: 17,
    from: 0,
    to: 300_000_000,
    state: "waiting",
    reason: { kind: "sleep", milliseconds: 300 },
    woken_by: null
  }],
  spans: [{ name: "tasks, right", fiber: 17, from: 0, to: 300_000_000, outcome: "success" }],
  events: [],
  interruptions: [],
  commits: [],
  loop_stalls: [],
  lost: { fibers: 0, spans: 0, events: false },
  recorded_in_ns: 0
}

/** An experiment with its measurements so far. */
export const Experiment = Schema.Struct({
  id: ExperimentId,
  timeline,
  chapter: ChapterName,
  way: Way,
  knobs: GivenKnobs.annotations({
    description: "The values of all knobs of the chapter",
    examples: [{ tasks: 3, latency: 300 }]
  }),
  state: Schema.Literal("running", "ended"),
  outcome: Outcome,
  failure: Schema.NullOr(Schema.String).annotations({
    description: "The kind of the failure that ended it",
    examples: [null]
  }),
  figures: Figures
}).annotations({ identifier: "Experiment" })
export type Experiment = typeof Experiment.Type

const id = HttpApiSchema.param("id", ExperimentId)

/** Effect's fibers have no larger number within the recorder's 32 bits. */
const largestFiber = 2_147_483_647

const FiberNumber = Schema.Int.pipe(
  Schema.between(
    0,
    largestFiber,
    rule(`doit être un entier de 0 à ${largestFiber}`, `must be a whole number from 0 to ${largestFiber}`)
  )
).annotations({ description: "The fiber's number in the timeline", examples: [17] })

/** The handbook's lessons, run and measured on the server. */
export const LabApi = HttpApiGroup.make("lab")
  .add(
    HttpApiEndpoint.get("chapters", "/experiments")
      .addSuccess(Schema.Array(LabChapter))
      .annotateContext(documented(
        "The chapters of the Lab",
        "Each runs a wrong and a right way by the product's own services, and takes some knobs."
      ))
  )
  .add(
    HttpApiEndpoint.post("start", "/experiments")
      .setPayload(Asked)
      .addSuccess(Started, { status: 202 })
      .addError(Problem.InvalidInput)
      .addError(Problem.Overloaded)
      .annotateContext(documented(
        "Starts an experiment",
        "Answered once it runs, and is recorded. It works with threads, an upstream and a database of its own, which go when it ends. A few run at once, each for 30 s at most."
      ))
      .annotateContext(answerHeaders({ 202: ["Location"] }))
  )
  .add(
    HttpApiEndpoint.post("predict", "/experiments/predictions")
      .setPayload(Asked)
      .addSuccess(Timeline.annotations({ examples: [predicted] }))
      .addError(Problem.InvalidInput)
      .addError(Problem.Overloaded)
      .addError(NotPredictable)
      .annotateContext(documented(
        "Predicts an experiment",
        "Runs the same program in virtual time, with a modelled upstream and a modelled sacrificial loop, and answers its timeline within milliseconds. Only chapters that are predictable have one."
      ))
  )
  .add(
    HttpApiEndpoint.get("get")`/experiments/${id}`
      .addSuccess(Experiment)
      .addError(ExperimentNotFound)
      .annotateContext(documented("One experiment", "Its state and its figures, measured so far or to its end."))
  )
  .add(
    HttpApiEndpoint.del("stop")`/experiments/${id}`
      .addSuccess(Experiment, { status: 202 })
      .addError(ExperimentNotFound)
      .annotateContext(documented(
        "Stops an experiment",
        "Interrupts all its fibers, whose finalizers still run. The figures stay. An experiment that has ended stays so."
      ))
  )
  .add(
    HttpApiEndpoint.post("interrupt")`/experiments/${id}/interruptions`
      .setPayload(
        Schema.Struct({
          fiber: FiberNumber
        }).annotations({ identifier: "AskedInterruption" })
      )
      .addSuccess(Schema.Struct({ fiber: FiberNumber }).annotations({ identifier: "AcceptedInterruption" }), {
        status: 202
      })
      .addError(ExperimentNotFound)
      .addError(FiberNotFound)
      .addError(FiberEnded)
      .annotateContext(documented(
        "Pulls the plug of a fiber",
        "Interrupts one fiber of an experiment with its children. A protected part still runs to its end, and finalizers run; the timeline shows when the interruption was asked for, honoured and cleaned up."
      ))
  )
  .annotateContext(documented("Lab", "Lessons of the handbook as experiments: run, recorded and measured."))
