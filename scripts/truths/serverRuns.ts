import { FetchHttpClient, HttpClient, HttpClientRequest } from "@effect/platform"
import { Effect, Layer, Option, Queue, Schema } from "effect"
import { WebSocket } from "ws"
import { DemoServer } from "../demos/stage/DemoServer.ts"
import { get, often, timelineOf, wholeTimelineOf } from "./asking.ts"
import { requestRuns } from "./requestRuns.ts"
import { SeenUpstream } from "./SeenUpstream.ts"
import { lengthOf, toMillis, type Truth } from "./Truth.ts"

const Job = Schema.Struct({
  started_at: Schema.NullOr(Schema.DateFromString),
  finished_at: Schema.NullOr(Schema.DateFromString)
})
const Listed = Schema.Struct({
  items: Schema.Array(Schema.Struct({ id: Schema.String, route: Schema.NullOr(Schema.String) }))
})

const job = Effect.gen(function*() {
  const { host } = yield* DemoServer
  const request = HttpClientRequest.post(`http://${host}/send-notification-async/?email=a@example.org`)
  const { headers } = yield* HttpClient.execute(request)
  const path = headers["location"] ?? ""
  const done = get(path, Job).pipe(Effect.filterOrFail(({ finished_at }) => finished_at !== null, () => "unfinished"))
  const { finished_at, started_at } = yield* Effect.retry(done, often)
  const listed = Effect.map(
    get("/timelines?kind=job", Listed),
    ({ items }) => items.find(({ route }) => route === path)
  )
  const found = yield* Effect.retry(Effect.flatMap(listed, Effect.fromNullable), often)
  const timeline = yield* wholeTimelineOf(found.id)
  return [{
    run: "job",
    figure: "whole run, beside the row's times less their rounding",
    timeline: toMillis(timeline.duration_ns),
    independent: (finished_at?.getTime() ?? 0) - (started_at?.getTime() ?? 0) - 1,
    relation: "at least" as const
  }]
})

const trace = "5eed".repeat(8)

const chatMessage = Effect.gen(function*() {
  const { host } = yield* DemoServer
  const inbox = yield* Queue.unbounded<string>()
  const socket = yield* Effect.acquireRelease(
    Effect.sync(() =>
      new WebSocket(`ws://${host}/ws/7`, { headers: { traceparent: `00-${trace}-b7ad6b7169203331-01` } })
    ),
    (socket) => Effect.sync(() => socket.terminate())
  )
  socket.on("message", (data) => inbox.unsafeOffer(String(data)))
  yield* Effect.async<void>((resume) => void socket.once("open", () => resume(Effect.void)))
  const sent = performance.now()
  socket.send("un café")
  yield* inbox.take
  const heard = performance.now()
  const timeline = yield* timelineOf(trace)
  return [{
    run: "chat message",
    figure: "sleep of its processing, beside its client",
    timeline: lengthOf(
      timeline,
      ({ reason, state }) => state === "waiting" && reason?.kind === "sleep" && reason.milliseconds <= 200
    ),
    independent: heard - sent,
    relation: "at most" as const
  }]
})

const server = Layer.unwrapEffect(
  Effect.map(SeenUpstream, ({ url }) => DemoServer.layerWith({ upstreamUrl: Option.some(url) }))
).pipe(Layer.provideMerge(SeenUpstream.layer))

/** The runs through the whole server. */
export const serverRuns: Effect.Effect<ReadonlyArray<Truth>> = Effect.map(
  Effect.all([requestRuns, job, chatMessage], { concurrency: 1 }),
  (found) => found.flat()
).pipe(
  Effect.scoped,
  Effect.provide(Layer.merge(server, FetchHttpClient.layer)),
  Effect.orDie
)
