import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "@effect/platform"
import { Schema } from "effect"
import { Email } from "../domain/Email.ts"
import * as Problem from "../domain/Problem.ts"
import { rule } from "../domain/Rule.ts"
import { documented } from "../platform/http/contract/documented.ts"
import { idempotent } from "../platform/http/contract/Idempotent.ts"
import { PageParams } from "../platform/http/contract/Pagination.ts"
import { Params } from "../platform/http/contract/Params.ts"
import { eventStream } from "../platform/http/openapi/Events.ts"
import { answerHeaders } from "../platform/http/openapi/Headers.ts"
import { JobIdFromText, JobState } from "../platform/jobs/Job.ts"
import { JobNotFound, JobStateConflict } from "../platform/jobs/record/JobProblems.ts"
import { Job, JobDetails } from "../platform/jobs/record/JobView.ts"
import { JobKindName } from "./JobTypes.ts"
import { Registered } from "./RegistrationsRepo.ts"

/** A week, in seconds. */
const longestDelay = 604_800

const Delay = Schema.Int.pipe(
  Schema.between(
    0,
    longestDelay,
    rule(
      `doit être un nombre entier de secondes, de 0 à ${longestDelay}`,
      `must be a whole number of seconds from 0 to ${longestDelay}`
    )
  )
).annotations({ description: "Seconds to wait before the job begins, up to a week", examples: [0] })

/** The answer once the job is on disk. */
export const Accepted = Schema.Struct({
  message: Schema.String.annotations({ examples: ["Notification en cours d'envoi"] }),
  job: Schema.String.annotations({
    description: "The URL at which the job can be watched and cancelled",
    examples: ["/jobs/1"]
  })
})

const id = HttpApiSchema.param("id", JobIdFromText)

const located = answerHeaders({ 202: ["Location"] })

const ask = <Name extends string>(name: Name, path: `/${string}`, summary: string, description: string) =>
  idempotent(
    HttpApiEndpoint.post(name, path)
      .setPayload(Params({ email: Email, delay: Schema.optionalWith(Delay, { exact: true }) }))
      .addSuccess(Accepted, { status: 202 })
      .addError(Problem.Overloaded)
      .annotateContext(documented(summary, description))
      .annotateContext(located)
  )

/** « Gestion des tâches de background » of the handbook, as durable jobs. */
export const BackgroundApi = HttpApiGroup.make("background")
  .add(ask(
    "sendNotification",
    "/send-notification",
    "A welcome by mail",
    "Answered once the job is on disk. The mail is composed by blocking the sacrificial event loop for 2 s."
  ))
  .add(ask(
    "sendNotificationAsync",
    "/send-notification-async",
    "A welcome by mail, asynchronously",
    "Answered once the job is on disk. The mail is composed asleep for 2 s."
  ))
  .add(ask(
    "registerUser",
    "/register-user",
    "A registration",
    "Answered once the job is on disk. The job sends a mail (2 s), creates a profile (1 s) and joins the mailing list (0.5 s) concurrently, and retries each on its own. If one fails permanently, the others are undone."
  ))
  .add(
    HttpApiEndpoint.get("list", "/jobs")
      .setUrlParams(Schema.Struct({
        ...PageParams.fields,
        state: Schema.optionalWith(JobState.annotations({ description: "Only jobs of this state" }), { exact: true }),
        kind: Schema.optionalWith(JobKindName.annotations({ description: "Only jobs of this kind" }), { exact: true })
      }))
      .addSuccess(Schema.Array(Job))
      .annotateContext(documented(
        "The jobs",
        "Newest first, a page at a time; optionally of one state or kind. A request that prefers text/event-stream to JSON gets the page again after changes."
      ))
      .annotateContext(eventStream({
        isEndless: true,
        description: "Events jobs, each with the page as JSON",
        example: "id: Qm9uam91cg\nevent: jobs\ndata: [{\"id\":1,\"state\":\"succeeded\"}]\n\n"
      }))
  )
  .add(
    HttpApiEndpoint.get("get")`/jobs/${id}`
      .addSuccess(JobDetails)
      .addError(JobNotFound)
      .annotateContext(documented(
        "One job",
        "Lists every attempt at the job's activities. A request that prefers text/event-stream to JSON gets the job after each change, until it has finished."
      ))
      .annotateContext(eventStream({
        description: "Events job, each with the job as JSON",
        example: "id: Qm9uam91cg\nevent: job\ndata: {\"id\":1,\"state\":\"succeeded\"}\n\n"
      }))
  )
  .add(
    HttpApiEndpoint.del("cancel")`/jobs/${id}`
      .addSuccess(JobDetails, { status: 202 })
      .addError(JobNotFound)
      .addError(JobStateConflict)
      .annotateContext(documented(
        "Cancels a job",
        "A waiting job is cancelled at once. The activities of a running job are interrupted and finished ones undone; a sent mail remains sent."
      ))
  )
  .add(idempotent(
    HttpApiEndpoint.post("retry")`/jobs/${id}/retry`
      .addSuccess(JobDetails, { status: 202 })
      .addError(JobNotFound)
      .addError(JobStateConflict)
      .addError(Problem.Overloaded)
      .annotateContext(documented(
        "Retries a failed or cancelled job",
        "Activities that succeeded and were not undone are not repeated."
      ))
      .annotateContext(located)
  ))
  .add(
    HttpApiEndpoint.get("profiles", "/profiles")
      .setUrlParams(PageParams)
      .addSuccess(Schema.Array(Registered))
      .annotateContext(
        documented("The profiles", "Profiles that registrations created, each address once, by ascending id.")
      )
  )
  .add(
    HttpApiEndpoint.get("mailingList", "/mailing-list")
      .setUrlParams(PageParams)
      .addSuccess(Schema.Array(Registered))
      .annotateContext(
        documented("The mailing list", "Addresses that registrations added, each once, by ascending id.")
      )
  )
  .annotateContext(OpenApi.annotations({ title: "background", description: "Durable background jobs." }))
