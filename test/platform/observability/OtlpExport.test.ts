import { describe, expect, it } from "@effect/vitest"
import { Chunk, Context, Data, Effect, Exit, Layer, Option, Queue, Scope, TestClock, Tracer } from "effect"
import { AppConfig, type Values } from "../../../src/AppConfig.ts"
import * as HttpDate from "../../../src/platform/http/contract/HttpDate.ts"
import * as OtlpExport from "../../../src/platform/observability/otlp/OtlpExport.ts"
import { endpointOf } from "../../../src/platform/observability/otlp/posting.ts"
import { SpanCollector } from "../../../src/platform/observability/SpanCollector.ts"
import { logLines } from "../../support/logLines.ts"
import { make as receiver, type Reply } from "../../support/OtlpReceiver.ts"
import { turn } from "../../support/turn.ts"

const trace = "0af7651916cd43dd8448eb211c80319c"

class Broken extends Data.TaggedError("Broken")<{ readonly message: string }> {}

/** Starts the export to a receiver that answers so, with its log and the means to stop it. */
const exporting = (replies: readonly [Reply, ...ReadonlyArray<Reply>], settings: Partial<Values> = {}) =>
  Effect.gen(function*() {
    const { faults, received, requests, url } = yield* receiver(...replies)
    const { layer, texts } = yield* logLines
    const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
    const config = AppConfig.layerWith({ otlpUrl: Option.some(url), ...settings })
    const built = OtlpExport.layer.pipe(Layer.provide(config), Layer.provideMerge(layer))
    const collect = Context.get(yield* Layer.buildWithScope(built, scope), SpanCollector)
    const tracer = collect?.(trace)
    if (tracer === undefined) return yield* Effect.die("nothing is exported")
    const run = <A, E>(effect: Effect.Effect<A, E>) => Effect.exit(Effect.withTracer(effect, tracer))
    const span = (name: string) => run(Effect.withSpan(Effect.void, name))
    return { received, faults, requests, texts, run, span, stop: Scope.close(scope, Exit.void) }
  })

/** Waits until somebody sleeps until a moment, in milliseconds of the test's clock. */
const sleepsUntil = (moment: number) =>
  Effect.repeat(Effect.zipRight(turn, TestClock.sleeps()), { until: Chunk.contains(moment) })

describe("the export of spans", () => {
  it.scoped("sends ended spans after a pause, with ids, parents, times and types of errors, and nothing private", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(Date.UTC(2025, 0, 31))
      const { faults, received, run } = yield* exporting([[200]])
      const secret = { "http.route": "/users", "http.request.header.authorization": "Bearer secret" }
      yield* run(
        Effect.void.pipe(
          Effect.withSpan("child", { attributes: secret }),
          Effect.zipRight(Effect.logInfo("a private line")),
          Effect.zipRight(Effect.fail(new Broken({ message: "a private message" }))),
          Effect.withSpan("root", { kind: "server" })
        )
      )
      yield* run(Effect.withSpan(Effect.interrupt, "interrupted"))
      yield* run(Effect.withSpan(Effect.die("defect"), "defect", {
        parent: Tracer.externalSpan({ traceId: trace, spanId: "b7ad6b7169203331", sampled: true })
      }))
      yield* run(Effect.withSpan(Effect.void, "unsampled", {
        parent: Tracer.externalSpan({ traceId: trace, spanId: "b7ad6b7169203331", sampled: false })
      }))
      yield* TestClock.adjust("5 seconds")
      const spans = yield* Queue.take(received)
      const [child, root, interrupted, defect] = spans
      expect(faults).toEqual([])
      expect(spans.map(({ kind, name }) => [name, kind])).toEqual([
        ["child", 1],
        ["root", 2],
        ["interrupted", 1],
        ["defect", 1]
      ])
      expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([trace]))
      expect([child?.parentSpanId, root?.parentSpanId, defect?.parentSpanId]).toEqual([
        root?.spanId,
        undefined,
        "b7ad6b7169203331"
      ])
      expect(root?.startTimeUnixNano).toBe("1738281600000000000")
      const error = (type: string) => ({ key: "error.type", value: { stringValue: type } })
      expect([child?.attributes, child?.status]).toEqual([
        [{ key: "http.route", value: { stringValue: "/users" } }],
        { code: 0 }
      ])
      expect([root?.attributes, root?.status]).toEqual([[error("Broken")], { code: 2 }])
      expect([defect?.attributes, defect?.status]).toEqual([[error("defect")], { code: 2 }])
      expect([interrupted?.attributes, interrupted?.status]).toEqual([
        [{ key: "barista.interrupted", value: { boolValue: true } }],
        { code: 0 }
      ])
      expect(JSON.stringify(spans)).not.toMatch(/secret|private/)
    }))

  it.scoped("waits as long as the receiver asks, and otherwise longer after each failure", () =>
    Effect.gen(function*() {
      const { received, requests, span, texts } = yield* exporting([
        [429, { "retry-after": "7" }],
        [503],
        [503, { "retry-after": HttpDate.format(23_000) }],
        [200]
      ])
      yield* span("kept")
      yield* TestClock.adjust("5 seconds")
      for (const [count, moment] of [[1, 12_000], [2, 14_000], [3, 23_000]] as const) {
        yield* sleepsUntil(moment)
        expect(requests()).toBe(count)
        yield* TestClock.setTime(moment)
      }
      yield* Effect.repeat(turn, { until: () => requests() === 4 })
      expect((yield* Queue.takeAll(received)).length).toBe(4)
      expect(texts()).toEqual([])
    }))

  it.scoped("loses what the queue cannot hold while the receiver is silent, tells it once, and goes on", () =>
    Effect.gen(function*() {
      const { received, requests, span, texts } = yield* exporting(["silence", [200]], { otlpQueue: 2 })
      yield* span("in flight")
      yield* TestClock.adjust("5 seconds")
      yield* Effect.repeat(turn, { until: () => requests() === 1 })
      for (const name of ["one", "two", "three", "four", "five"]) yield* span(name)
      yield* TestClock.adjust("10 seconds")
      yield* sleepsUntil(16_000)
      yield* TestClock.adjust("1 seconds")
      yield* Effect.repeat(turn, { until: () => texts().length === 2 })
      expect(texts()).toEqual([
        "spans are being lost: OTLP_QUEUE (2) is full",
        "spans are delivered again; 3 were lost"
      ])
      yield* Queue.take(received)
      yield* Queue.take(received)
      expect((yield* Queue.take(received)).map(({ name }) => name)).toEqual(["one", "two"])
    }))

  it.scoped("gives up a batch that is refused, that is rejected in part, or that failed five times", () =>
    Effect.gen(function*() {
      const refused = yield* exporting([[400], [200]])
      yield* refused.span("refused")
      yield* TestClock.adjust("5 seconds")
      yield* Effect.repeat(turn, { until: () => refused.texts().length === 1 })
      expect([refused.texts(), refused.requests()]).toEqual([["spans are being lost: the receiver answers 400"], 1])

      const partly = yield* exporting([[200, {}, `{"partialSuccess":{"rejectedSpans":"2","errorMessage":"old"}}`]])
      yield* partly.span("partly")
      yield* TestClock.adjust("5 seconds")
      yield* Effect.repeat(turn, { until: () => partly.texts().length === 1 })
      expect(partly.texts()).toEqual(["spans are being lost: the receiver rejects some"])

      const failing = yield* exporting([[503, { "retry-after": "1" }]])
      yield* failing.span("failing")
      yield* TestClock.adjust("5 seconds")
      for (let count = 1; count < 5; count++) {
        yield* sleepsUntil(15_000 + count * 1_000)
        yield* TestClock.adjust("1 seconds")
      }
      yield* Effect.repeat(turn, { until: () => failing.texts().length === 1 })
      expect([failing.texts(), failing.requests()]).toEqual([["spans are being lost: the receiver answers 503"], 5])
    }))

  it.scoped("sends what is left at the stop", () =>
    Effect.gen(function*() {
      const { received, span, stop, texts } = yield* exporting([[200]])
      for (let count = 0; count < 600; count++) yield* span(String(count))
      yield* stop
      const batches = yield* Queue.takeAll(received)
      expect([...batches].map(({ length }) => length)).toEqual([512, 88])
      expect(texts()).toEqual([])
    }))

  it.scoped("holds the stop for three seconds at most, and counts what was lost", () =>
    Effect.gen(function*() {
      const { requests, span, stop, texts } = yield* exporting(["silence"])
      for (let count = 0; count < 600; count++) yield* span(String(count))
      const stopping = yield* Effect.fork(stop)
      yield* Effect.repeat(turn, { until: () => requests() > 0 })
      yield* TestClock.adjust("3 seconds")
      yield* stopping.await
      expect(texts()).toEqual(["spans are being lost: the server stops", "600 spans were lost in all"])
    }))

  it.scoped("is not there without OTLP_URL", () =>
    Effect.gen(function*() {
      const built = OtlpExport.layer.pipe(Layer.provide(AppConfig.layerWith({})))
      expect(Context.get(yield* Layer.build(built), SpanCollector)).toBe(undefined)
    }))

  it("finds the endpoint for traces", () => {
    for (
      const [url, endpoint] of [
        ["http://localhost:4318", "http://localhost:4318/v1/traces"],
        ["http://localhost:4318/", "http://localhost:4318/v1/traces"],
        ["http://localhost/otlp", "http://localhost/otlp/v1/traces"],
        ["http://localhost/otlp/v1/traces", "http://localhost/otlp/v1/traces"]
      ] as const
    ) expect(endpointOf(new URL(url))).toBe(endpoint)
  })
})
