import { type HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { Array, Chunk, Effect, type Option, Stream } from "effect"
import { AppConfig } from "../AppConfig.ts"
import { type Language, Locale } from "../domain/Text.ts"
import { preferredType } from "../platform/http/contract/Accept.ts"
import * as EventStream from "../platform/http/contract/EventStream.ts"
import type { Handlers } from "../platform/http/contract/Handlers.ts"
import { pageBy } from "../platform/http/contract/Pagination.ts"
import { varyOn } from "../platform/http/contract/ResponseHeaders.ts"
import { Lifecycle } from "../platform/lifecycle/Lifecycle.ts"
import { betweenReaders, pauses } from "../platform/recorder/pauses.ts"
import { Recorder } from "../platform/recorder/Recorder.ts"
import type { Filter, Summary } from "../platform/recorder/Summary.ts"
import { chromeParts } from "../timeline/chromeTrace.ts"
import { jsonParts } from "../timeline/jsonParts.ts"
import { toTest } from "../timeline/keep/toTest.ts"
import * as Svg from "../timeline/SvgPicture.ts"
import type { Timeline } from "../timeline/Timeline.ts"
import { type Filters, type Form, type RecordingsApi, TimelineNotFound, TimelineNotReplayable } from "./Api.ts"

const nanosPerMilli = 1_000_000

const filterOf = ({ kind, min_duration, outcome, route }: Filters): Filter => ({
  kind,
  route,
  outcome,
  ...(min_duration !== undefined && { minDurationNs: min_duration * nanosPerMilli })
})

const pathOf = (filters: Filters): string => {
  const query = new URLSearchParams(
    Object.entries(filters).map(([name, value]): [string, string] => [name, String(value)])
  ).toString()
  return query === "" ? "/timelines" : `/timelines?${query}`
}

const accepts = ({ kind, minDurationNs = 0, outcome, route }: Filter) => (summary: Summary): boolean =>
  (kind === undefined || summary.kind === kind) && (route === undefined || summary.route === route) &&
  (outcome === undefined || summary.outcome === outcome) && summary.duration_ns >= minDurationNs

/** Events of summaries, the same for all readers. */
const summaryEvents = new WeakMap<Summary, EventStream.Event>()

const summaryEvent = (summary: Summary): EventStream.Event => {
  const known = summaryEvents.get(summary)
  if (known !== undefined) return known
  const event = { id: `${summary.number}-${summary.outcome}`, event: "summary", data: JSON.stringify(summary) }
  summaryEvents.set(summary, event)
  return event
}

/** Ends the id of an event of a run that goes on; `end` is the last event. */
const isLast = "end"

/** Lets other fibers and the event loop go on between two parts of a text. */
const inTurns = (parts: Generator<string>): Stream.Stream<string> =>
  Stream.fromIteratorSucceed(parts, 1).pipe(Stream.tap(() => Effect.yieldNow()))

const writeEvent = (timeline: Timeline): Effect.Effect<EventStream.Event> =>
  Effect.map(Stream.runCollect(inTurns(jsonParts(timeline))), (parts) => {
    const name = timeline.outcome === "running" ? "timeline" : isLast
    return {
      id: name === isLast ? isLast : String(timeline.duration_ns),
      event: name,
      data: Chunk.toReadonlyArray(parts).join("")
    }
  })

/** Events of timelines, each written by the first of its watchers, while the others wait. */
const timelineEvents = new WeakMap<Timeline, Effect.Effect<EventStream.Event>>()

const timelineEvent = (timeline: Timeline): Effect.Effect<EventStream.Event> => {
  const known = timelineEvents.get(timeline)
  if (known !== undefined) return known
  let written: EventStream.Event | undefined
  const write = Effect.tap(writeEvent(timeline), (event) => {
    written = event
  })
  // not Effect.cached: if the client of the writer leaves, the next one writes
  const event = Effect.unsafeMakeSemaphore(1).withPermits(1)(
    Effect.suspend(() => written === undefined ? write : Effect.succeed(written))
  )
  timelineEvents.set(timeline, event)
  return event
}

/** The forms of a timeline, with the name of the file as which a browser saves it. */
const written: Readonly<
  Record<Exclude<Form, "test">, {
    readonly contentType: string
    readonly parts: (timeline: Timeline, language: Language) => Generator<string>
    readonly headers: (timeline: Timeline) => Readonly<Record<string, string>>
  }>
> = {
  json: { contentType: "application/json", parts: jsonParts, headers: () => ({}) },
  svg: {
    contentType: "image/svg+xml",
    parts: Svg.parts,
    // a picture that is opened alone is a document
    headers: () => ({ "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'" })
  },
  chrome: {
    contentType: "application/json",
    parts: chromeParts,
    headers: ({ id }) => ({ "content-disposition": `attachment; filename="timeline-${id}.json"` })
  }
}

/** Answers a timeline in a form, in parts: the largest ones take long to write. */
const answer = (form: keyof typeof written, timeline: Timeline) =>
  Effect.map(Locale, (language) => {
    const { contentType, headers, parts } = written[form]
    return HttpServerResponse.stream(Stream.encodeText(inTurns(parts(timeline, language))), {
      contentType,
      headers: {
        "cache-control": "no-store",
        "content-language": language,
        "x-content-type-options": "nosniff",
        ...headers(timeline)
      }
    })
  })

/** Answers the text of a test that replays a timeline. */
const test = (timeline: Timeline) =>
  Effect.mapBoth(toTest(timeline), {
    onFailure: ({ reason }) => new TimelineNotReplayable({ id: timeline.id, reason }),
    onSuccess: (text) =>
      HttpServerResponse.text(text, {
        headers: {
          "cache-control": "no-store",
          "content-disposition": `attachment; filename="timeline-${timeline.id}.test.ts"`,
          "x-content-type-options": "nosniff"
        }
      })
  })

/** Pause of a reader of changes, in milliseconds: quick enough for an eye. Changes meanwhile go together. */
const listPause = 250

/** Events of the list that are written at once. Their text stays in memory while the reader pauses. */
const eventsAtOnce = 200

const types = ["application/json", "text/event-stream", "image/svg+xml"] as const

/** The form that a request prefers, where its query names none. */
const preferred = ({ headers }: HttpServerRequest.HttpServerRequest): Form | "events" => {
  const type = preferredType(headers["accept"], types)
  return type === "text/event-stream" ? "events" : type === "image/svg+xml" ? "svg" : "json"
}

/** Handlers that find, write and stream recordings. */
export const handlers = Effect.map(
  Effect.all([Recorder, Lifecycle, AppConfig], { concurrency: 1 }),
  ([recorder, lifecycle, config]): Handlers<typeof RecordingsApi> => {
    const listPage = pageBy<Summary>(({ number }) => number)

    const found = <A>(id: string, looked: Option.Option<A>) =>
      Effect.mapError(looked, () => new TimelineNotFound({ id }))

    const pause = pauses(listPause)

    const changes = (filter: Filter) =>
      EventStream.response(
        { ...config, eventsQueue: 1 },
        (send) =>
          recorder.changes.pipe(
            Stream.chunks,
            Stream.mapEffect((summaries) => {
              const events = Chunk.toReadonlyArray(Chunk.filter(summaries, accepts(filter))).map(summaryEvent)
              const sent = Effect.forEach(Array.chunksOf(events, eventsAtOnce), (some) => send(...some), {
                discard: true
              })
              return Effect.zipRight(sent, pause(betweenReaders))
            }),
            Stream.interruptWhen(lifecycle.stopping),
            Stream.runDrain
          )
      )

    /**
     * Streams a timeline while it grows. One waits for the client at a time, however large they are; the next is made
     * when that one is on its way.
     */
    const growth = Effect.fnUntraced(function*(id: string, seen: string | undefined) {
      const { outcome } = yield* found(id, recorder.summary(id))
      if (outcome !== "running" && seen === isLast) return EventStream.ended
      const timelines = yield* found(id, recorder.watch(id))
      return yield* EventStream.response({ ...config, eventsQueue: 1 }, (send) =>
        timelines.pipe(
          // an experiment may outlast the stop
          Stream.interruptWhen(lifecycle.stopping),
          Stream.mapEffect(timelineEvent),
          Stream.runForEach(send)
        ))
    })

    return {
      list: ({ request, urlParams: { after, limit, ...filters } }) =>
        EventStream.negotiated(
          request,
          Effect.map(
            listPage(pathOf(filters), { limit, ...(after !== undefined && { after }) }, (window) =>
              Effect.sync(() =>
                recorder.list({ ...filterOf(filters), ...window })
              )),
            (items) => ({ items })
          ),
          changes(filterOf(filters))
        ),
      get: ({ path: { id }, request, urlParams }) =>
        Effect.zipRight(
          varyOn("accept"),
          Effect.suspend(() => {
            const form = urlParams.as ?? preferred(request)
            return form === "events"
              ? growth(id, EventStream.lastEventId(request))
              : Effect.flatMap(
                found(id, recorder.get(id)),
                (timeline) => form === "test" ? test(timeline) : answer(form, timeline)
              )
          })
        )
    }
  }
)
