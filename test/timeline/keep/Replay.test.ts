import { describe, expect, it } from "@effect/vitest"
import { Either, Option } from "effect"
import { replayOf } from "../../../src/timeline/keep/Replay.ts"
import { toTest } from "../../../src/timeline/keep/toTest.ts"
import type { FiberLine, Slice, SpanLine, Timeline } from "../../../src/timeline/Timeline.ts"

const ms = 1_000_000

const fiber: FiberLine = { id: 1, parent: null, name: "root", from: 0, to: 4000 * ms, outcome: "success" }

const span = (name: string, from: number, to: number, more: Partial<SpanLine> = {}): SpanLine => ({
  name,
  fiber: 1,
  from: Math.round(from * ms),
  to: Math.round(to * ms),
  outcome: "success",
  ...more
})

const waiting = (from: number, to: number, reason: Slice["reason"]): Slice => ({
  fiber: 1,
  from: Math.round(from * ms),
  to: Math.round(to * ms),
  state: "waiting",
  woken_by: null,
  ...(reason && { reason })
})

/** A live recording of one fiber, whose times are a few milliseconds off. */
const noisy = (parts: Partial<Timeline>): Timeline => ({
  version: "barista.timeline/1",
  id: "0123456789abcdef0123456789abcdef",
  name: "GET /unreliable",
  clock: "live",
  started_at: "2025-01-31T12:00:00.000Z",
  duration_ns: 4000 * ms,
  outcome: "success",
  fibers: [fiber],
  slices: [],
  spans: [],
  events: [],
  interruptions: [],
  commits: [],
  loop_stalls: [],
  lost: { fibers: 0, spans: 0, events: false },
  recorded_in_ns: 0,
  ...parts
})

const attempt = (at: number, value: number) => ({ fiber: 1, at: Math.round(at * ms), kind: "attempt" as const, value })

/** A failed call, a pause with jitter, and a call that is answered. */
const retried = noisy({
  spans: [
    span("http.server GET", 0.2, 741.9),
    span("Resilience.unreliable", 3.3, 741.2, { arguments: [2] }),
    span("Upstream.get", 5.1, 17.4, { path: "/status/500", status: 500, outcome: "failure" }),
    span("Upstream.get", 722.8, 740.1, { path: "/get" })
  ],
  slices: [
    waiting(6, 16, { kind: "upstream" }),
    waiting(18.9, 721.7, { kind: "pause", milliseconds: 700 }),
    waiting(724, 739, { kind: "socket" })
  ],
  events: [attempt(4.4, 1), { fiber: 1, at: 18 * ms, kind: "pause", value: 700 }, attempt(722, 2)],
  policies: [{
    name: "unreliable",
    policy: { retry: { attempts: 2, backoff: { kind: "constant", base: "1 second" }, jitter: "full" } }
  }]
})

const refusal = (timeline: Timeline): string =>
  Option.match(Either.getLeft(toTest(timeline)), { onNone: () => "", onSome: ({ reason }) => reason.en })

describe("a replay", () => {
  it("has the recording's waits in whole milliseconds, without the noise between them", () => {
    expect(Either.map(replayOf(retried), ({ calls: _, ...replay }) => replay)).toEqual(Either.right({
      upstream: [{ path: "/status/500", after: 12, status: 500 }, { path: "/get", after: 17 }],
      settings: new Map(),
      provided: [],
      draws: [[12, 700.5 / 1001]],
      moments: [
        [0, "Resilience.unreliable begins"],
        [0, "Upstream.get /status/500 begins"],
        [0, "attempt 1"],
        [12, "Upstream.get /status/500 fails (500)"],
        [12, "pause of 700 ms"],
        [712, "Upstream.get /get begins"],
        [712, "attempt 2"],
        [729, "Resilience.unreliable ends"],
        [729, "Upstream.get /get ends"]
      ],
      duration: 729
    }))
  })

  it("puts a timeout at its length after the attempt that it ended", () => {
    const timeout = noisy({
      spans: [span("Resilience.withTimeout", 2, 2513, { arguments: [2500], outcome: "failure" })],
      slices: [waiting(3, 2511, { kind: "sleep", milliseconds: 10_000 })],
      events: [attempt(2.5, 1), { fiber: 1, at: 2510 * ms, kind: "timeout", value: 2500 }],
      interruptions: [
        { fiber: 1, by: null, why: "timeout", asked: 2510 * ms, honoured: 2511 * ms, cleaned_up: 2511 * ms }
      ]
    })
    expect(Either.map(replayOf(timeout), ({ moments }) => moments)).toEqual(Either.right([
      [0, "Resilience.withTimeout begins"],
      [0, "attempt 1"],
      [2500, "Resilience.withTimeout fails"],
      [2500, "timeout of 2500 ms"]
    ]))
  })

  it("keeps the order in which answers came, though their calls began with some noise", () => {
    const fibers = [fiber, { ...fiber, id: 2, parent: 1 }, { ...fiber, id: 3, parent: 1 }]
    const parallel = noisy({
      fibers,
      spans: [
        span("ExternalCalls.parallel", 0, 12),
        span("Upstream.get", 0, 10.6, { path: "/a", fiber: 2 }),
        span("Upstream.get", 1.1, 11.3, { path: "/b", fiber: 3 })
      ]
    })
    expect(Either.map(replayOf(parallel), ({ provided, upstream }) => ({ upstream, provided }))).toEqual(Either.right({
      upstream: [{ path: "/a", after: 11 }, { path: "/b", after: 11 }],
      provided: [{
        module: "external/ExternalCalls.ts",
        reference: "CalledPaths",
        value: { single: "/delay/2", parallel: ["/a", "/b"], safe: ["/delay/1", "/status/500", "/delay/10"] }
      }]
    }))
  })
})

describe("the text of a kept test", () => {
  it("runs under the policies in force, or those of the recording where they are others", () => {
    const { policies: _, ...plain } = retried
    expect(Either.getOrThrow(toTest(plain))).toContain("\n  Policies.layer\n")
    const text = Either.getOrThrow(toTest(retried))
    expect(text).not.toContain("Policies.layer")
    expect(text).toContain("  recordedPolicies({\n    unreliable: {\n      retry: {\n        attempts: 2,\n")
    expect(text).toContain("[0, resilience.unreliable(2)]")
  })

  it("stays a comment and a test, whatever the recording is called", () => {
    const text = Either.getOrThrow(toTest({ ...retried, name: "a\nimport `x` */\u2028${y}" }))
    expect(text.split("\n").filter((line) => line.startsWith("//"))).toHaveLength(2)
    expect(text).toMatch(/^\/\/ Kept from a recording: a import 'x' '\/ \$\{y\}, on 2025/)
  })
})

describe("a recording that cannot be replayed", () => {
  it("says why", () => {
    const call = span("Resilience.unreliable", 0, 100)
    expect(refusal(noisy({ spans: [span("Users.list", 0, 5)] }))).toMatch(/^No operation .*Basics.asyncSlow, /)
    expect(refusal(noisy({ spans: [{ ...call, outcome: "running" }] }))).toBe("Resilience.unreliable has not ended.")
    expect(refusal(noisy({ spans: [{ ...call, outcome: "interrupted" }] })))
      .toBe("Resilience.unreliable was interrupted from outside.")
    expect(refusal(noisy({ spans: [span("Batch.run", 0, 100)] })))
      .toBe("The recording does not say with which numbers Batch.run was called.")
    expect(refusal(noisy({ spans: [call], lost: { fibers: 0, spans: 1, events: false } })))
      .toBe("A part of the recording is lost.")
    expect(refusal(noisy({ spans: [call], slices: [waiting(10, 50, { kind: "permit" })] })))
      .toMatch(/^An operation waits for what the recording does not contain \(permit\)/)
    const many = Array.from({ length: 300 }, () => call)
    expect(refusal(noisy({ spans: many }))).toBe("The recording has more than 400 moments to replay.")
  })
})
