import { expect, it } from "@effect/vitest"
import { Duration, Effect, Option, Queue } from "effect"
import { make as receiver, type Span } from "../../support/OtlpReceiver.ts"
import { TestServer } from "../../support/TestServer.ts"

const caller = "b7ad6b7169203331"
const traceparent = (trace: string, flags: string) => ({ headers: { traceparent: `00-${trace}-${caller}-${flags}` } })
const trace = (number: number) => String(number).padStart(32, "a")

const attribute = ({ attributes }: Span, name: string) => {
  const value = attributes.find(({ key }) => key === name)?.value
  return value === undefined ? undefined : Object.values(value)[0]
}

it.scopedLive("the spans of recorded requests arrive as one tree below their caller, and no other request's", () =>
  Effect.gen(function*() {
    const { faults, received, url } = yield* receiver([200])
    const settings = {
      otlpUrl: Option.some(url),
      otlpInterval: Duration.minutes(10),
      timelineBudget: 0,
      timelineSample: 0
    }
    const answered = yield* Effect.scoped(
      Effect.gen(function*() {
        const { send } = yield* TestServer
        yield* send("GET", "/users/1/complete-profile", traceparent(trace(1), "01"))
        yield* send("GET", "/users/1/complete-profile", traceparent(trace(2), "00"))
        yield* send("GET", "/users/999/posts", traceparent(trace(3), "01"))
        return yield* send("GET", "/users/1/complete-profile")
      }).pipe(Effect.provide(TestServer.layer(settings)))
    )
    expect(answered.status).toBe(200)
    // the server has stopped, and has sent what was left
    const spans = [...(yield* Queue.takeAll(received))].flat()
    expect(faults).toEqual([])
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([trace(1), trace(3)]))

    const [ok, missing] = [trace(1), trace(3)].map((id) => spans.filter(({ traceId }) => traceId === id))
    const byId = new Map(ok?.map((span) => [span.spanId, span]))
    const roots = ok?.filter(({ parentSpanId }) => parentSpanId === caller) ?? []
    expect(roots).toMatchObject([{ name: "users.completeProfile", kind: 2, status: { code: 0 } }])
    const [root] = roots
    if (root === undefined) return
    expect(attribute(root, "http.route")).toBe("/users/:user_id/complete-profile")
    expect(attribute(root, "http.request.method")).toBe("GET")
    expect(attribute(root, "http.response.status_code")).toBe("200")
    expect(ok?.map(({ name }) => name)).toEqual(expect.arrayContaining(["sql.execute"]))
    for (const { endTimeUnixNano, name, parentSpanId, startTimeUnixNano } of ok ?? []) {
      const parent = byId.get(parentSpanId ?? "")
      if (parentSpanId === caller) continue
      expect([name, parent === undefined]).toEqual([name, false])
      expect(BigInt(startTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(parent?.startTimeUnixNano ?? 0))
      expect(BigInt(endTimeUnixNano)).toBeLessThanOrEqual(BigInt(parent?.endTimeUnixNano ?? 0))
    }
    const [refused] = missing?.filter(({ kind }) => kind === 2) ?? []
    // a 404 is no error of the server
    expect([refused && attribute(refused, "http.response.status_code"), refused?.status]).toEqual(["404", { code: 0 }])
  }))
