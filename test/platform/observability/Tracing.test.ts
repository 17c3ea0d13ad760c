import { describe, expect, it } from "@effect/vitest"
import { Effect, Option, Tracer } from "effect"
import { layer, traced } from "../../../src/platform/observability/Tracing.ts"
import { spanCounter } from "../../support/spans.ts"

const current = Effect.orDie(Effect.currentSpan)

describe("while nothing collects spans", () => {
  it.effect("a span belongs to its trace", () =>
    Effect.gen(function*() {
      const [outer, inner] = yield* Effect.withSpan(
        Effect.all([current, Effect.withSpan(current, "inner")], { concurrency: 1 }),
        "outer"
      )
      expect(outer.traceId).toMatch(/^[0-9a-f]{32}$/)
      expect(outer.spanId).toMatch(/^[0-9a-f]{16}$/)
      expect([outer.traceId, outer.spanId]).toEqual([outer.traceId, outer.spanId])
      expect([inner.name, inner.traceId, inner.sampled]).toEqual(["inner", outer.traceId, false])
      expect(Option.getOrThrow(inner.parent)).toBe(outer)
      expect(inner.spanId).not.toBe(outer.spanId)
      expect((yield* Effect.withSpan(current, "another")).traceId).not.toBe(outer.traceId)
    }).pipe(Effect.provide(layer)))

  it.effect("a caller's trace continues, sampled as the caller decided", () =>
    Effect.gen(function*() {
      const parent = Tracer.externalSpan({ traceId: "a".repeat(32), spanId: "b".repeat(16), sampled: true })
      const { sampled, traceId } = yield* Effect.withSpan(current, "called", { parent })
      expect([traceId, sampled]).toEqual(["a".repeat(32), true])
    }).pipe(Effect.provide(layer)))

  it.effect("traced adds no span", () =>
    Effect.gen(function*() {
      const { name } = yield* Effect.withSpan(traced("Service.method")(current), "request")
      expect(name).toBe("request")
    }).pipe(Effect.provide(layer)))
})

it.effect("traced makes a span if spans are recorded", () =>
  Effect.gen(function*() {
    const { spans, tracer } = yield* spanCounter("Service.method")
    const method = traced("Service.method")(Effect.succeed(1))
    yield* Effect.all([method, Effect.withSpan(method, "request")], { concurrency: 1 }).pipe(Effect.withTracer(tracer))
    expect(spans.started).toBe(2)
  }))
