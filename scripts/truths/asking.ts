import { HttpClient, HttpClientRequest } from "@effect/platform"
import { Effect, Schedule, Schema } from "effect"
import { newSpanId, newTraceId } from "../../src/domain/TraceIds.ts"
import { Timeline } from "../../src/timeline/Timeline.ts"
import { DemoServer } from "../demos/stage/DemoServer.ts"

/** Reads a document of the server. */
export const get = <A, I>(path: string, schema: Schema.Schema<A, I>) =>
  Effect.gen(function*() {
    const { host } = yield* DemoServer
    const response = yield* HttpClient.get(`http://${host}${path}`)
    return yield* Schema.decodeUnknown(schema)(yield* response.json)
  })

export const timelineOf = (id: string) => get(`/timelines/${id}`, Timeline)

/** Asks again a few times a second, for at most ten seconds. */
export const often = { schedule: Schedule.intersect(Schedule.spaced("100 millis"), Schedule.recurs(100)) }

/** Waits for the end of a recording, and returns it. */
export const wholeTimelineOf = (id: string) =>
  Effect.retry(
    timelineOf(id).pipe(Effect.filterOrFail(({ outcome }) => outcome !== "running", () => "running")),
    often
  )

/** A request in a sampled trace, which is recorded for certain, as its client saw it. */
export interface Seen {
  readonly trace: string
  readonly body: string
  /** Milliseconds of `performance.now()`: before the request was sent, and after its answer was read. */
  readonly sent: number
  readonly answered: number
}

export const ask = (
  path: string,
  request: (url: string) => HttpClientRequest.HttpClientRequest = HttpClientRequest.get,
  given?: string
) =>
  Effect.gen(function*() {
    const { host } = yield* DemoServer
    const trace = given ?? newTraceId()
    // the trace of the client itself would take the place of the given one
    const client = HttpClient.withTracerPropagation(yield* HttpClient.HttpClient, false)
    const traced = HttpClientRequest.setHeader(
      request(`http://${host}${path}`),
      "traceparent",
      `00-${trace}-${newSpanId()}-01`
    )
    const sent = performance.now()
    const body = yield* Effect.flatMap(client.execute(traced), ({ text }) => text)
    const answered = performance.now()
    return { trace, body, sent, answered } satisfies Seen
  })

/** The milliseconds for which the client of a request has waited. */
export const waited = ({ answered, sent }: Seen): number => answered - sent
