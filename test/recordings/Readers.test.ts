import { HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { expect, it } from "@effect/vitest"
import { type Context, Effect, Fiber, Layer, Option, Queue, Ref, Stream, TestClock } from "effect"
import { AppConfig } from "../../src/AppConfig.ts"
import { Lifecycle } from "../../src/platform/lifecycle/Lifecycle.ts"
import { Recorder } from "../../src/platform/recorder/Recorder.ts"
import type { Summary } from "../../src/platform/recorder/Summary.ts"
import { handlers } from "../../src/recordings/Http.ts"

const bounds = { server: 10, client: 10, connection: 10 }

const summary = (number: number): Summary => ({
  id: number.toString(16).padStart(32, "0"),
  number,
  kind: "request",
  name: "basics.asyncSlow",
  route: "/async-slow",
  started_at: "2025-01-31T12:00:00.000Z",
  duration_ns: 1,
  outcome: "success",
  status: 200,
  fibers: 1,
  recorded_in_ns: 1
})

/** Opens some streams of changes, and tells the ids of their events, an array for each part. */
const opened = (readers: number) =>
  Effect.gen(function*() {
    const changed = yield* Effect.replicateEffect(Queue.unbounded<Summary>(), readers)
    const sources = changed.values()
    const recorder: Context.Tag.Service<Recorder> = {
      ...(yield* Recorder),
      changes: Stream.suspend(() =>
        Option.match(Option.fromNullable(sources.next().value), {
          onNone: () => Stream.empty,
          onSome: (queue) => Stream.fromQueue(queue, { maxChunkSize: 1_000 })
        })
      )
    }
    const { list } = yield* Effect.provideService(handlers, Recorder, recorder)
    const request = HttpServerRequest.fromWeb(
      new Request("http://localhost/timelines", { headers: { accept: "text/event-stream" } })
    )
    const seen = yield* Ref.make<ReadonlyArray<ReadonlyArray<string>>>([])
    const read = Effect.flatMap(list({ request, urlParams: { limit: 10 } }), (response) =>
      HttpServerResponse.isServerResponse(response) && response.body._tag === "Stream"
        ? Stream.runForEach(Stream.decodeText(Stream.orDie(response.body.stream)), (text) => {
          const ids = [...text.matchAll(/^id: (\d+)/gm)].map(([, id = ""]) =>
            id
          )
          return ids.length === 0 ? Effect.void : Ref.update(seen, (all) => [...all, ids])
        })
        : Effect.dieMessage("no stream"))
    const fibers = yield* Effect.forEach(changed, () => Effect.forkScoped(read), { concurrency: 1 })
    yield* TestClock.adjust(0)
    return {
      ended: Fiber.joinAll(fibers),
      change: (...numbers: ReadonlyArray<number>) =>
        Effect.zipRight(
          Effect.forEach(changed, (queue) => queue.offerAll(numbers.map(summary)), { concurrency: 1 }),
          TestClock.adjust(0)
        ),
      parts: Ref.get(seen)
    }
  })

const provided = Effect.provide(Layer.merge(AppConfig.layerWith({}), Lifecycle.layerWith(bounds)))

it.scoped("a reader of changes gets the first at once, and those of the next 250 ms together", () =>
  Effect.gen(function*() {
    const { change, parts } = yield* opened(1)
    yield* change(1)
    yield* change(2)
    yield* change(3)
    expect(yield* parts).toEqual([["1"]])
    yield* TestClock.adjust("249 millis")
    expect(yield* parts).toEqual([["1"]])
    yield* TestClock.adjust("1 millis")
    expect(yield* parts).toEqual([["1"], ["2", "3"]])
  }).pipe(provided))

it.scoped("a reader of changes gets many in parts of 200, in order", () =>
  Effect.gen(function*() {
    const { change, parts } = yield* opened(1)
    const numbers = Array.from({ length: 450 }, (_, index) => index + 1)
    yield* change(0)
    yield* change(...numbers)
    yield* TestClock.adjust("250 millis")
    const [, ...seen] = yield* parts
    expect(seen.map(({ length }) => length)).toEqual([200, 200, 50])
    expect(seen.flat()).toEqual(numbers.map(String))
  }).pipe(provided))

it.scoped("many readers of changes wait longer, and get their answers one after the other", () =>
  Effect.gen(function*() {
    const { change, parts } = yield* opened(40)
    const each = (numbers: ReadonlyArray<string>, readers = 40) => Array.from({ length: readers }, () => numbers)
    yield* change(1)
    yield* change(2)
    yield* TestClock.adjust("249 millis")
    expect(yield* parts).toEqual(each(["1"]))
    yield* TestClock.adjust("1 millis")
    expect(yield* parts).toEqual([...each(["1"]), ...each(["2"], 1)])
    yield* TestClock.adjust("389 millis")
    expect(yield* parts).toEqual([...each(["1"]), ...each(["2"], 39)])
    yield* TestClock.adjust("1 millis")
    expect(yield* parts).toEqual([...each(["1"]), ...each(["2"])])
  }).pipe(provided))

it.scoped("a stop ends the stream of a reader that waits for its next answer", () =>
  Effect.gen(function*() {
    const { change, ended, parts } = yield* opened(1)
    yield* change(1)
    yield* change(2)
    yield* (yield* Lifecycle).enter("stopping")
    yield* ended
    expect(yield* parts).toEqual([["1"]])
  }).pipe(provided))
