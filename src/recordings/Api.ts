import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "@effect/platform"
import { Schema } from "effect"
import { DigitsToNumber, Id } from "../domain/Ids.ts"
import * as Problem from "../domain/Problem.ts"
import { rule } from "../domain/Rule.ts"
import { text } from "../domain/Text.ts"
import { documented } from "../platform/http/contract/documented.ts"
import { PageParams } from "../platform/http/contract/Pagination.ts"
import { eventStream } from "../platform/http/openapi/Events.ts"
import { runKinds } from "../platform/recorder/Summary.ts"
import { Outcome, Timeline, version } from "../timeline/Timeline.ts"

const exampleId = "0af7651916cd43dd8448eb211c80319c"

/** A run of one fiber that slept for a second. */
const example: Timeline = {
  version,
  id: exampleId,
  name: "basics.asyncSlow",
  clock: "live",
  started_at: "2025-01-31T12:00:00.000Z",
  duration_ns: 1_000_400_000,
  outcome: "success",
  fibers: [{ id: 17, parent: null, name: "Basics.asyncSlow", from: 0, to: 1_000_400_000, outcome: "success" }],
  slices: [
    { fiber: 17, from: 0, to: 200_000, state: "running" },
    {
      fiber: 17,
      from: 200_000,
      to: 1_000_200_000,
      state: "waiting",
      reason: { kind: "sleep", milliseconds: 1_000 },
      woken_by: null
    },
    { fiber: 17, from: 1_000_200_000, to: 1_000_400_000, state: "running" }
  ],
  spans: [{ name: "Basics.asyncSlow", fiber: 17, from: 100_000, to: 1_000_300_000, outcome: "success" }],
  events: [],
  interruptions: [],
  commits: [],
  loop_stalls: [],
  lost: { fibers: 0, spans: 0, events: false },
  recorded_in_ns: 4_000
}

/** The trace id of a run, which names its recording. */
const TimelineId = Schema.String.pipe(
  Schema.pattern(
    /^[0-9a-f]{32}$/,
    rule("doit être 32 chiffres hexadécimaux en minuscules", "must be 32 hexadecimal digits in lower case")
  )
).annotations({ description: "The trace id of the run", examples: [exampleId] })

const RunKind = Schema.Literal(...runKinds)

/** Nanoseconds, which 2^53-1 bounds to 104 days. */
const Nanoseconds = Schema.Int.pipe(Schema.nonNegative())

/** A recording in the list. */
export const Summary = Schema.Struct({
  id: TimelineId,
  number: Id.annotations({ description: "Place in the order of beginnings, as `after` takes it", examples: [1] }),
  kind: RunKind.annotations({ examples: ["request"] }),
  name: Schema.String.annotations({
    description: "The operation, the kind of the job or the chapter of the experiment",
    examples: ["basics.asyncSlow"]
  }),
  route: Schema.NullOr(Schema.String).annotations({
    description: "The operation's path, or the job's URL; null for an experiment",
    examples: ["/async-slow"]
  }),
  started_at: Schema.String.annotations({ description: "RFC 3339", examples: ["2025-01-31T12:00:00.000Z"] }),
  duration_ns: Nanoseconds.annotations({
    description: "Nanoseconds; so far, while it runs",
    examples: [3_000_000_000]
  }),
  outcome: Outcome.annotations({ examples: ["success"] }),
  status: Schema.NullOr(Schema.Int).annotations({
    description: "Status of the answer; null before it, and for other runs",
    examples: [200]
  }),
  fibers: Nanoseconds.annotations({ description: "Fibers that were recorded", examples: [1] }),
  recorded_in_ns: Nanoseconds.annotations({
    description: "Nanoseconds that recording took, estimated from the cost of an event",
    examples: [9_000]
  })
}).annotations({ identifier: "TimelineSummary" })

/** 404: no recording has this id, or newer ones have pushed it out of memory. */
export class TimelineNotFound extends Problem.define<TimelineNotFound>()("TimelineNotFound", 404, {
  id: Schema.String
}) {
  get problem(): Problem.Description {
    return {
      title: text("Chronologie inconnue", "Unknown timeline"),
      detail: text(
        `Aucun enregistrement n'a l'id ${this.id} : il n'a pas été enregistré, ou de plus récents l'ont remplacé.`,
        `No recording has the id ${this.id}: it was not recorded, or newer ones have replaced it.`
      )
    }
  }
}

/** 409: no test can replay the recording, for the reason in `detail`. */
export class TimelineNotReplayable extends Problem.define<TimelineNotReplayable>()("TimelineNotReplayable", 409, {
  id: Schema.String,
  reason: Schema.Struct({ fr: Schema.String, en: Schema.String })
}) {
  get problem(): Problem.Description {
    return {
      title: text("Chronologie non rejouable", "Timeline that cannot be replayed"),
      detail: this.reason
    }
  }
}

const longestDuration = 86_400_000

const Milliseconds = Schema.compose(
  DigitsToNumber,
  Schema.Int.pipe(
    Schema.between(
      0,
      longestDuration,
      rule(
        `doit être un nombre entier de millisecondes, de 0 à ${longestDuration}`,
        `must be a whole number of milliseconds from 0 to ${longestDuration}`
      )
    )
  ),
  { strict: false }
)

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

const Filters = Schema.Struct({
  kind: optional(RunKind.annotations({ description: "Only requests, jobs or experiments" })),
  route: optional(Schema.String.annotations({
    description:
      "Only requests to this path of the contract, such as /users/:user_id/posts, or runs of the job of this URL"
  })),
  outcome: optional(Outcome.annotations({ description: "Only runs that ended so, or are running" })),
  min_duration: optional(Milliseconds.annotations({
    jsonSchema: {
      type: "integer",
      minimum: 0,
      maximum: longestDuration,
      description: "Only runs that took at least this long, in milliseconds"
    }
  }))
})
export type Filters = typeof Filters.Type

/** Forms of a timeline that a query asks for. */
export const forms = ["json", "svg", "chrome", "test"] as const
export type Form = (typeof forms)[number]

/** Recordings of what the server runs; the handbook has none. */
export const RecordingsApi = HttpApiGroup.make("recordings")
  .add(
    HttpApiEndpoint.get("list", "/timelines")
      .setUrlParams(Schema.Struct({ ...PageParams.fields, ...Filters.fields }))
      .addSuccess(Schema.Struct({ items: Schema.Array(Summary) }))
      .annotateContext(documented(
        "The recorded timelines",
        "Newest first, a page at a time; optionally of one kind, route or outcome, or of a least length. A request that prefers text/event-stream to JSON gets the recordings as they begin and end."
      ))
      .annotateContext(eventStream({
        description: "Events summary, each with a recording that began or ended",
        example: "id: 1-success\nevent: summary\ndata: {\"number\":1,\"outcome\":\"success\"}\n\n"
      }))
  )
  .add(
    HttpApiEndpoint.get("get")`/timelines/${HttpApiSchema.param("id", TimelineId)}`
      .setUrlParams(Schema.Struct({
        as: optional(
          Schema.Literal(...forms).annotations({
            description:
              "The form, whatever Accept says: the timeline, its picture, Chrome Trace Event JSON, or a test that replays the run"
          })
        )
      }))
      .addSuccess(Timeline.annotations({ examples: [example] }))
      .addError(TimelineNotFound)
      .addError(TimelineNotReplayable)
      .annotateContext(documented(
        "One timeline",
        "Every fiber of a run, and for every moment what it did or waited for. A request that prefers image/svg+xml gets a picture; one that prefers text/event-stream gets the timeline while it grows, and its end."
      ))
      .annotateContext(eventStream({
        description: "Events timeline while the run goes on, then one event end; each has the whole timeline as JSON",
        example: "id: end\nevent: end\ndata: {\"version\":\"barista.timeline/1\",\"outcome\":\"success\"}\n\n",
        others: {
          "image/svg+xml": { schema: { type: "string", description: "The picture, in light and dark" } }
        }
      }))
  )
  .annotateContext(OpenApi.annotations({
    title: "recordings",
    description: "Timelines: runs of the server as they went, kept in memory."
  }))
