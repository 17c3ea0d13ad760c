import { HttpApi, HttpApiClient, HttpClient, HttpClientRequest, HttpServerRequest } from "@effect/platform"
import { NodeHttpClient } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Layer, Option, Queue, Scope, Stream, TestClock } from "effect"
import { AppConfig, type Values } from "../../src/AppConfig.ts"
import { BatchApi } from "../../src/batch/Api.ts"
import { Batch } from "../../src/batch/Batch.ts"
import { handlers } from "../../src/batch/Http.ts"
import { Overloaded } from "../../src/domain/Problem.ts"
import { term } from "../../src/domain/Term.ts"
import { type Language, Locale } from "../../src/domain/Text.ts"
import { Lifecycle } from "../../src/platform/lifecycle/Lifecycle.ts"
import { Policies } from "../../src/policy/Policies.ts"
import type { Policy } from "../../src/policy/Policy.ts"
import { endsAt } from "../support/endsAt.ts"
import { serve } from "../support/serve.ts"
import { spanCounter } from "../support/spans.ts"

const layer = (settings: Partial<Values> = {}, batch: Policy = { concurrency: 3 }) =>
  Batch.layer.pipe(
    Layer.provideMerge(Policies.layerWith({ batch })),
    Layer.provideMerge(AppConfig.layerWith(settings))
  )

const itemsOf = (count: number) => Array.from({ length: count }, (_, index) => `item ${index}`)

/** Returns the answer to a request for events, as text. */
const eventsOf = (payload: ReadonlyArray<string>, concurrency?: number) =>
  Effect.gen(function*() {
    const { process } = yield* handlers
    const request = HttpServerRequest.fromWeb(
      new Request("http://localhost/batch-process/?x=1", { method: "POST", headers: { accept: "text/event-stream" } })
    )
    const answer = yield* process({
      payload,
      urlParams: concurrency === undefined ? {} : { concurrency },
      request
    })
    if ("results" in answer || answer.body._tag !== "Stream") return yield* Effect.dieMessage("not a stream")
    expect(answer.headers).toMatchObject({ "content-type": "text/event-stream", "cache-control": "no-store" })
    return Stream.decodeText(Stream.orDie(answer.body.stream))
  })

/** Reads events as they come. */
const read = (payload: ReadonlyArray<string>, concurrency?: number) =>
  Effect.gen(function*() {
    const texts: Array<string> = []
    const stream = yield* eventsOf(payload, concurrency)
    const fiber = yield* Effect.fork(Stream.runForEach(stream, (text) => Effect.sync(() => void texts.push(text))))
    yield* Effect.yieldNow()
    return { fiber, frames: () => texts.join("").split("\n\n").slice(0, -1) }
  })

const frame = (id: string, event: string, data: unknown) => `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}`
const beginning = "retry: 2000"
const comment = ":"

describe("events", () => {
  it.effect("tell the pause before a reconnection at once, then each item as it finishes, and the results in order", () =>
    Effect.gen(function*() {
      const { fiber, frames } = yield* read(["a", "b\n", "c"], 1)
      const progress = (done: number, result: string) =>
        frame(String(done), "progress", { done, total: 3, index: done - 1, result })
      yield* TestClock.adjust("999 millis")
      expect(frames()).toEqual([beginning])
      yield* TestClock.adjust("1 millis")
      expect(frames()).toEqual([beginning, progress(1, "Processed: a")])
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(fiber)
      expect(frames()).toEqual([
        beginning,
        progress(1, "Processed: a"),
        progress(2, "Processed: b\n"),
        progress(3, "Processed: c"),
        frame("end", "result", { results: ["Processed: a", "Processed: b\n", "Processed: c"] })
      ])
    }).pipe(Effect.provide(layer())))

  it.effect("tell of a hundred items, three a second", () =>
    Effect.gen(function*() {
      const { fiber, frames } = yield* read(itemsOf(100))
      yield* TestClock.adjust("33999 millis")
      expect(frames()).toHaveLength(1 + 99)
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(fiber)
      expect(frames()).toHaveLength(1 + 100 + 1)
    }).pipe(Effect.provide(layer())))

  it.effect("tell the empty result of no items", () =>
    Effect.gen(function*() {
      const { fiber, frames } = yield* read([])
      yield* Fiber.join(fiber)
      expect(frames()).toEqual([beginning, frame("end", "result", { results: [] })])
    }).pipe(Effect.provide(layer())))

  it.effect.each([["fr", "Délai dépassé"], ["en", "Timed out"]] as const)(
    "end with a failure's problem document, in the language of the request: %s",
    ([language, title]) =>
      Effect.gen(function*() {
        const asked: Language = language
        const { fiber, frames } = yield* Effect.provideService(read(["a"]), Locale, asked)
        yield* TestClock.adjust("500 millis")
        yield* Fiber.join(fiber)
        expect(frames()).toHaveLength(2)
        const [id, event, data = ""] = frames()[1]?.split("\n") ?? []
        expect([id, event]).toEqual(["id: end", "event: error"])
        expect(JSON.parse(data.replace(/^data: /, ""))).toMatchObject({
          _tag: "TimedOut",
          status: 504,
          title,
          instance: "/batch-process/",
          after: 0.5
        })
      }).pipe(Effect.provide(layer({}, { concurrency: 3, timeout: Duration.millis(500) })))
  )

  it.effect.each(
    [
      ["InternalError", 500, Effect.die("boom")],
      ["Overloaded", 503, new Overloaded({ what: term("éléments", "batch"), retry_after: 1 })]
    ] as const
  )(
    "end with the problem document of a failure while the batch runs: %s",
    ([tag, status, outcome]) =>
      Effect.gen(function*() {
        const { fiber, frames } = yield* read(["a"])
        yield* Fiber.join(fiber)
        expect(frames()).toHaveLength(2)
        expect(frames()[1]).toMatch(
          new RegExp(`^id: end\nevent: error\ndata: {.*"status":${status},.*"_tag":"${tag}".*}$`)
        )
        expect(frames()[1]).not.toContain("boom")
      }).pipe(Effect.provide(Layer.merge(
        Layer.succeed(Batch, {
          unfinished: () => 0,
          process: () => Effect.succeed([]),
          withProgress: () => Effect.succeed(() => outcome)
        }),
        AppConfig.layer
      )))
  )

  it.effect("contain a comment after each 15 s of silence", () =>
    Effect.gen(function*() {
      const { places } = yield* Effect.map(Policies, (policies) => ({ places: policies.of("batch").parties }))
      yield* Effect.replicateEffect(Effect.fork(places.withPermit(Effect.sleep("40 seconds"))), 3)
      yield* Effect.yieldNow()
      const { frames } = yield* read(itemsOf(40))
      yield* TestClock.adjust("14999 millis")
      expect(frames()).toEqual([beginning])
      yield* TestClock.adjust("1 millis")
      expect(frames()).toEqual([beginning, comment])
      yield* TestClock.adjust("15 seconds")
      expect(frames()).toEqual([beginning, comment, comment])
      // from 41 s on three items finish each second, so the stream is never silent
      yield* TestClock.adjust("15 seconds")
      expect(frames()).toHaveLength(3 + 5 * 3)
    }).pipe(Effect.provide(layer())))

  it.effect("pause an unread batch, which holds no permits, and stop it after a minute", () =>
    Effect.gen(function*() {
      const { spans, tracer } = yield* spanCounter("Batch.processItem")
      const scope = yield* Scope.make()
      const pull = yield* Effect.flatMap(eventsOf(itemsOf(20)), Stream.toPull).pipe(Scope.extend(scope))
      // the first pull starts the batch
      yield* Effect.withTracer(pull, tracer)
      yield* TestClock.adjust("30 seconds")
      // four events wait in the queue and three before it
      expect(spans).toEqual({ active: 0, most: 3, started: 7 })
      const batch = yield* Batch
      yield* endsAt(batch.process(itemsOf(3)), "1 seconds")
      expect(yield* Effect.flip(batch.process(itemsOf(10)))).toMatchObject({ _tag: "Overloaded" })
      yield* TestClock.adjust("1 minute")
      yield* endsAt(batch.process(itemsOf(10)), "4 seconds")
      // a client that resumes reading sees all earlier events and the end
      const rest = [...yield* Stream.runCollect(Stream.repeatEffectChunkOption(pull))].join("")
      expect(rest.split("\n\n").slice(0, 4).map((text) => /"done":(\d)/.exec(text)?.[1])).toEqual(["1", "2", "3", "4"])
      expect(rest).not.toContain("event: result")
    }).pipe(Effect.provide(layer({ eventsQueue: 4, batchMaxWaiting: 20 }))))

  it.effect("a client that leaves frees its permits", () =>
    Effect.gen(function*() {
      const { fiber } = yield* read(itemsOf(45))
      yield* TestClock.adjust("500 millis")
      const other = yield* Effect.fork(Effect.flatMap(Batch, (batch) => batch.process(itemsOf(3))))
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("1 seconds")
      expect(Option.isSome(yield* Fiber.poll(other))).toBe(true)
    }).pipe(Effect.provide(layer())))

  it.effect("an invalid batch gets a plain answer instead of events", () =>
    Effect.gen(function*() {
      expect(yield* Effect.flip(eventsOf(itemsOf(3_001)))).toMatchObject({ _tag: "InvalidInput" })
      expect(yield* Effect.flip(eventsOf(["a"], 4))).toMatchObject({ _tag: "InvalidInput" })
      expect(yield* Effect.flip(eventsOf(itemsOf(21)))).toMatchObject({ _tag: "Overloaded" })
    }).pipe(Effect.provide(layer({ batchMaxWaiting: 20 }))))
})

const api = HttpApi.make("test").add(BatchApi)

const server = (settings: Partial<Values>) =>
  Layer.mergeAll(layer(settings), Lifecycle.layer, NodeHttpClient.layerUndici)

const start = Effect.gen(function*() {
  const { url } = yield* serve(api, { batch: yield* handlers })
  const client = yield* HttpClient.HttpClient
  const post = (query: string, body: string, accept = "*/*", headers: Readonly<Record<string, string>> = {}) =>
    HttpClientRequest.post(new URL(`/batch-process/${query}`, url)).pipe(
      HttpClientRequest.bodyText(body, "application/json"),
      HttpClientRequest.setHeaders({ accept, ...headers }),
      client.execute
    )
  return { post, typed: yield* HttpApiClient.make(api, { baseUrl: url }) }
})

describe("POST /batch-process/", () => {
  it.scopedLive("answers the results in order", () =>
    Effect.gen(function*() {
      const { post, typed } = yield* start
      const answer = yield* post("?concurrency=2", `["a","b","é"]`)
      expect(yield* answer.json).toEqual({ results: ["Processed: a", "Processed: b", "Processed: é"] })
      expect(yield* (yield* post("", "[]", "application/json")).json).toEqual({ results: [] })
      expect(yield* typed.batch.process({ payload: ["a"], urlParams: {} })).toEqual({ results: ["Processed: a"] })
    }).pipe(Effect.provide(server({ batchItemDuration: Duration.zero }))))

  it.scopedLive.each(
    [
      ["", `["a","b","c","d"]`, ["body"]],
      ["", `["a",1]`, ["body", 1]],
      ["", `{"a":1}`, ["body"]],
      ["?concurrency=0", `["a"]`, ["query", "concurrency"]],
      ["?concurrency=4", `["a"]`, ["query", "concurrency"]],
      ["?concurrency=two", `["a"]`, ["query", "concurrency"]]
    ] as const
  )("%s %s is a 422", ([query, body, loc]) =>
    Effect.gen(function*() {
      const { post } = yield* start
      const answer = yield* post(query, body)
      expect(answer.status).toBe(422)
      expect(yield* answer.json).toMatchObject({ errors: [{ loc }] })
    }).pipe(Effect.provide(server({ batchMaxItems: 3 }))))

  it.scopedLive("streams its events when asked to", () =>
    Effect.gen(function*() {
      const { post } = yield* start
      for (const accept of ["text/event-stream", "application/json;q=0.5, Text/Event-Stream; q=0.9"]) {
        const answer = yield* post("?concurrency=1", `["a"]`, accept)
        expect(answer.headers).toMatchObject({
          "content-type": "text/event-stream",
          "content-language": "fr",
          vary: "accept, accept-language"
        })
        expect(yield* answer.text).toBe(
          `retry: 2000\n\nid: 1\nevent: progress\ndata: {"done":1,"total":1,"index":0,"result":"Processed: a"}\n\nid: end\nevent: result\ndata: {"results":["Processed: a"]}\n\n`
        )
      }
      for (const accept of ["text/event-stream;q=0, */*", "application/json, text/event-stream;q=0.1", "text/html"]) {
        const answer = yield* post("", `["a"]`, accept)
        expect(answer.headers).toMatchObject({ "content-type": "application/json", vary: "accept, accept-language" })
      }
      const refused = yield* post("", JSON.stringify(itemsOf(3_001)), "text/event-stream")
      expect([refused.status, refused.headers["vary"]]).toEqual([422, "accept, accept-language"])
    }).pipe(Effect.provide(server({ batchItemDuration: Duration.zero }))))

  it.scopedLive("tells a client that has seen the last event not to reconnect, and runs the batch for any other", () =>
    Effect.gen(function*() {
      const { post } = yield* start
      const again = (lastEventId: string, accept = "text/event-stream") =>
        post("", `["a"]`, accept, { "last-event-id": lastEventId })
      const answer = yield* again("end")
      expect([answer.status, answer.headers["vary"], yield* answer.text]).toEqual([204, "accept, accept-language", ""])
      expect(yield* (yield* again("1")).text).toContain("event: result")
      expect((yield* again("end", "application/json")).status).toBe(200)
    }).pipe(Effect.provide(server({ batchItemDuration: Duration.zero }))))

  it.scopedLive.each(["*/*", "text/event-stream"])(
    "a client that leaves frees its permits (Accept: %s)",
    (accept) =>
      Effect.gen(function*() {
        const { starts, tracer } = yield* spanCounter("Batch.processItem")
        const { post } = yield* Effect.withTracer(start, tracer)
        const { withPermit } = (yield* Policies).of("batch").parties
        const leaving = yield* Effect.fork(Effect.flatMap(post("", `["a","b","c"]`, accept), (answer) => answer.text))
        yield* Queue.takeN(starts, 3)
        yield* Fiber.interrupt(leaving)
        // the items would run for an hour, so this ends only if a permit is free
        yield* withPermit(Effect.void)
      }).pipe(Effect.provide(server({ batchItemDuration: Duration.hours(1) })))
  )
})
