import { Effect, Schema, Stream } from "effect"
import { AppConfig } from "../AppConfig.ts"
import * as EventStream from "../platform/http/contract/EventStream.ts"
import type { Handlers } from "../platform/http/contract/Handlers.ts"
import { page } from "../platform/http/contract/Pagination.ts"
import { setHeader } from "../platform/http/contract/ResponseHeaders.ts"
import type { JobId } from "../platform/jobs/Job.ts"
import { Jobs } from "../platform/jobs/Jobs.ts"
import type { Filter } from "../platform/jobs/record/JobsRepo.ts"
import { Job, JobDetails } from "../platform/jobs/record/JobView.ts"
import { Lifecycle } from "../platform/lifecycle/Lifecycle.ts"
import type { BackgroundApi } from "./Api.ts"
import { Background } from "./Background.ts"
import { RegistrationsRepo } from "./RegistrationsRepo.ts"

const encode = Schema.encodeSync(Schema.parseJson(JobDetails))
const encodeList = Schema.encodeSync(Schema.parseJson(Schema.Array(Job)))

const toEvent = (job: JobDetails) => EventStream.stateEvent("job", encode(job))
const toListEvent = (jobs: ReadonlyArray<Job>) => EventStream.stateEvent("jobs", encodeList(jobs))

/** Handlers that decode, call and encode. A request for one job that accepts an event stream gets a stream. */
export const handlers = Effect.map(
  Effect.all([Background, Jobs, RegistrationsRepo, Lifecycle, AppConfig], { concurrency: 1 }),
  ([background, jobs, registrations, lifecycle, config]): Handlers<typeof BackgroundApi> => {
    const located = <A extends { readonly job: string }, E>(accepted: Effect.Effect<A, E>) =>
      Effect.tap(accepted, ({ job }) => setHeader("location", job))

    /**
     * Streams the job after each change, from the state that the client saw last. Sends nothing if that state was
     * final.
     */
    const events = Effect.fnUntraced(function*(id: JobId, seen: string | undefined) {
      const job = yield* jobs.get(id)
      if (job.finished_at !== null && toEvent(job).id === seen) return EventStream.ended
      return yield* EventStream.response(config, (send) =>
        jobs.watch(id).pipe(
          // a job may outlast the stop; its watcher can reconnect
          Stream.interruptWhen(lifecycle.stopping),
          Stream.map(toEvent),
          Stream.dropWhile((event) => event.id === seen),
          Stream.runForEach(send),
          // the job was removed while it was watched
          Effect.catchTag("JobNotFound", () => Effect.void)
        ))
    })

    /** Streams the first page of a list after changes, from the state that the client saw last. */
    const listEvents = (filter: Filter, seen: string | undefined) =>
      EventStream.states(
        config,
        { seen, stopping: lifecycle.stopping },
        Stream.map(jobs.watchList(filter), toListEvent)
      )

    const path = (query: { readonly state?: string; readonly kind?: string }) => {
      const filters = new URLSearchParams(query).toString()
      return filters === "" ? "/jobs" : `/jobs?${filters}`
    }

    return {
      sendNotification: ({ payload }) => located(background.sendNotification(payload)),
      sendNotificationAsync: ({ payload }) => located(background.sendNotificationAsync(payload)),
      registerUser: ({ payload }) => located(background.register(payload)),
      list: ({ request, urlParams: { kind, state, ...window } }) =>
        EventStream.negotiated(
          request,
          page(
            path({ ...(state && { state }), ...(kind && { kind }) }),
            window,
            ({ after, limit }) => jobs.list({ state, kind, limit, after })
          ),
          listEvents({ state, kind, limit: window.limit, after: window.after }, EventStream.lastEventId(request))
        ),
      get: ({ path, request }) =>
        EventStream.negotiated(request, jobs.get(path.id), events(path.id, EventStream.lastEventId(request))),
      cancel: ({ path }) => jobs.cancel(path.id),
      retry: ({ path }) => Effect.tap(jobs.retry(path.id), ({ url }) => setHeader("location", url)),
      profiles: ({ urlParams }) => page("/profiles", urlParams, registrations.profiles.page),
      mailingList: ({ urlParams }) => page("/mailing-list", urlParams, registrations.mailingList.page)
    }
  }
)
