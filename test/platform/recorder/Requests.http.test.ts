import { expect, it, layer } from "@effect/vitest"
import { Array, Context, Effect, Fiber, Layer, Option, Record, Stream } from "effect"
import { WebSocket } from "ws"
import type { Recorder } from "../../../src/platform/recorder/Recorder.ts"
import { violations } from "../../../src/timeline/conservation.ts"
import type { Timeline } from "../../../src/timeline/Timeline.ts"
import { onDialect } from "../../support/dialect.ts"
import * as LoopbackServer from "../../support/LoopbackServer.ts"
import type { Answer } from "../../support/send.ts"
import { TestServer } from "../../support/TestServer.ts"

const live = { excludeTestServices: true } as const

/** Settings under which only requests of sampled traces are recorded. */
const unsampled = { timelineBudget: 0, timelineSample: 0 }

let traces = 0

/** Headers of a caller that samples its trace. */
const sampled = () => {
  const traceId = `${++traces}`.padStart(32, "0")
  return { traceId, headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` } }
}

const idOf = ({ headers }: Answer): string | undefined =>
  /<\/timelines\/([0-9a-f]{32})>; rel="describedby"$/.exec(String(headers["link"] ?? ""))?.[1]

/** The parts of `Server-Timing` in milliseconds. */
const timingOf = ({ headers }: Answer): Readonly<Record<string, number>> =>
  Record.fromEntries(
    Array.filterMap(String(headers["server-timing"]).split(", "), (part) => {
      const [, name = "", millis] = /^(\w+);dur=([\d.]+)$/.exec(part) ?? []
      return millis === undefined ? Option.none() : Option.some([name, Number(millis)] as const)
    })
  )

const timelineOf = (recorder: Context.Tag.Service<Recorder>, answer: Answer): Effect.Effect<Timeline> =>
  Effect.orDie(Option.flatMap(Option.fromNullable(idOf(answer)), recorder.get))

layer(TestServer.layer(unsampled), live)("a server that samples nothing", (it) => {
  it.effect("records a request of a sampled trace, and no other", () =>
    Effect.gen(function*() {
      const { recorder, send } = yield* TestServer
      const path = "/users/1/complete-profile"
      const others = [{}, { traceparent: `00-${"a".repeat(32)}-b7ad6b7169203331-00` }]
      for (const headers of others) {
        const plain = yield* send("GET", path, { headers })
        expect([plain.status, idOf(plain), Object.keys(timingOf(plain))]).toEqual([200, undefined, ["total"]])
      }
      expect(recorder.list({})).toEqual([])
      const { headers, traceId } = sampled()
      const answer = yield* send("GET", path, { headers })
      expect([answer.status, idOf(answer)]).toEqual([200, traceId])
      const timeline = yield* timelineOf(recorder, answer)
      expect(violations(timeline)).toEqual([])
      expect([timeline.id, timeline.name, timeline.outcome]).toEqual([traceId, "users.completeProfile", "success"])
      expect(timeline.spans.map(({ name }) => name)).toContain("Users.completeProfile")
      expect(recorder.list({})).toMatchObject([
        { id: traceId, kind: "request", route: "/users/:user_id/complete-profile", status: 200, outcome: "success" }
      ])
    }))

  it.effect("records a trace that B3 samples, and gives a second request of a trace an id of its own", () =>
    Effect.gen(function*() {
      const { recorder, send } = yield* TestServer
      const headers = { b3: `${"c".repeat(32)}-${"d".repeat(16)}-1` }
      const first = yield* send("GET", "/users/1/complete-profile", { headers })
      const second = yield* send("GET", "/users/1/complete-profile", { headers })
      expect(idOf(first)).toBe("c".repeat(32))
      expect(idOf(second)).not.toBe(idOf(first))
      expect((yield* timelineOf(recorder, second)).id).toBe(idOf(second))
    }))

  it.effect("names the times of a recorded request, which add up to its whole", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const { headers } = sampled()
      const { queue = 0, run = 0, total = 0, wait = 0, ...others } = timingOf(
        yield* send("POST", "/transfer-money/?from_user_id=1&to_user_id=2&amount=1", { headers })
      )
      expect(others).toEqual({})
      expect(run).toBeGreaterThan(0)
      // each part is rounded to a hundredth
      expect(Math.abs(queue + run + wait - total)).toBeLessThan(0.03)
    }))

  it.effect("records an answer that needed no fiber, one that failed, and one without a body", () =>
    Effect.gen(function*() {
      const { recorder, send } = yield* TestServer
      const requests = [
        ["GET", "/policies", 200, "success"],
        ["HEAD", "/policies", 200, "success"],
        ["GET", "/users/99/complete-profile", 404, "failure"],
        ["GET", "/users/x/complete-profile", 422, "failure"]
      ] as const
      for (const [method, path, status, outcome] of requests) {
        const { headers } = sampled()
        const answer = yield* send(method, path, { headers })
        expect([path, answer.status]).toEqual([path, status])
        const timeline = yield* timelineOf(recorder, answer)
        expect(violations(timeline)).toEqual([])
        // on PostgreSQL the three queries of a profile run at once
        const concurrent = onDialect({ sqlite: false, postgres: path === "/users/99/complete-profile" })
        const fibers = concurrent ? timeline.fibers.length : 1
        expect([path, timeline.outcome, timeline.fibers.length]).toEqual([path, outcome, fibers])
        expect(recorder.list({ limit: 1 })).toMatchObject([{ status, outcome }])
      }
    }))

  it.effect("keeps the link of a page beside that of the timeline", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const { headers, traceId } = sampled()
      const answer = yield* send("GET", "/users/?limit=1", { headers })
      expect(answer.headers["link"]).toBe(
        `</users/?limit=1&after=1>; rel="next", </timelines/${traceId}>; rel="describedby"`
      )
    }))

  it.effect("repeats a kept answer with the time and the timeline of the repetition", () =>
    Effect.gen(function*() {
      const { recorder, send } = yield* TestServer
      const [first, second] = [sampled(), sampled()]
      const path = "/accounts/1/deposits?amount=1"
      const key = { "idempotency-key": "\"once\"" }
      const original = yield* send("POST", path, { headers: { ...key, ...first.headers } })
      const repeated = yield* send("POST", path, { headers: { ...key, ...second.headers } })
      expect([repeated.status, repeated.headers["idempotency-replayed"]]).toEqual([original.status, "true"])
      expect([idOf(original), idOf(repeated)]).toEqual([first.traceId, second.traceId])
      expect(violations(yield* timelineOf(recorder, repeated))).toEqual([])
      const plain = yield* send("POST", path, { headers: key })
      expect([idOf(plain), Object.keys(timingOf(plain))]).toEqual([undefined, ["total"]])
    }))

  it.effect("records a stream until its end, with the fibers that make it", () =>
    Effect.gen(function*() {
      const { recorder, send } = yield* TestServer
      const { headers } = sampled()
      const answer = yield* send("POST", "/batch-process/", {
        headers: { ...headers, accept: "text/event-stream", "content-type": "application/json" },
        body: "[\"a\",\"b\"]"
      })
      expect([answer.status, answer.headers["content-type"]]).toEqual([200, "text/event-stream"])
      const timeline = yield* timelineOf(recorder, answer)
      expect(violations(timeline)).toEqual([])
      expect(timeline.spans.filter(({ name }) => name === "Batch.processItem")).toHaveLength(2)
      expect(timeline.duration_ns).toBeGreaterThanOrEqual(Math.max(...timeline.slices.map(({ to }) => to)))
    }))

  it.effect("holds nothing of a request but its numbers", () =>
    Effect.gen(function*() {
      const { recorder, send } = yield* TestServer
      const { headers } = sampled()
      const answer = yield* send("POST", "/users/?name=Secret%20Name&email=secret@example.org", {
        headers: { ...headers, authorization: "Bearer secret-token", "user-agent": "secret-agent" }
      })
      expect(answer.status).toBe(201)
      const text = JSON.stringify([yield* timelineOf(recorder, answer), recorder.list({})])
      expect(text).toContain("users.create")
      expect(text).not.toMatch(/secret|127\.0\.0\.1/i)
    }))
})

layer(TestServer.layer(), live)("a server with the default settings", (it) => {
  it.effect("records a newcomer's request, and none of those that watch the server", () =>
    Effect.gen(function*() {
      const { recorder, send } = yield* TestServer
      const answer = yield* send("GET", "/users/1/complete-profile")
      expect(Option.isSome(recorder.summary(idOf(answer) ?? ""))).toBe(true)
      for (const path of ["/health/live", "/health/ready", "/metrics", "/timelines", "/experiments", "/openapi.json"]) {
        expect([path, idOf(yield* send("GET", path))]).toEqual([path, undefined])
      }
      const { headers, traceId } = sampled()
      expect(idOf(yield* send("GET", "/metrics", { headers }))).toBe(traceId)
      expect(recorder.figures()).toMatchObject({ recorded: { request: 2, job: 0 }, pushedOut: 0, lostEvents: 0 })
    }))
})

it.scopedLive("a called server gets the trace of a recorded request as a sampled one", () =>
  Effect.gen(function*() {
    const received: Array<string | undefined> = []
    const { url } = yield* LoopbackServer.make((request, response) => {
      received.push(String(request.headers["traceparent"]))
      response.writeHead(200, { "content-type": "application/json" }).end("{}")
    })
    const server = yield* Layer.build(TestServer.layer({ ...unsampled, upstreamUrl: Option.some(url) }))
    const { send } = Context.get(server, TestServer)
    const { headers, traceId } = sampled()
    yield* send("GET", "/good-external-calls/", { headers })
    expect(received.length).toBeGreaterThan(0)
    for (const one of received) expect(one).toMatch(new RegExp(`^00-${traceId}-(?!b7ad6b7169203331)[0-9a-f]{16}-01$`))
  }))

it.scopedLive("a websocket is recorded from its handshake until it closes", () =>
  Effect.gen(function*() {
    const server = yield* Layer.build(TestServer.layer(unsampled))
    const { port, recorder } = Context.get(server, TestServer)
    const { headers, traceId } = sampled()
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/7`, { headers })
    yield* Effect.async<void>((resume) => void socket.on("open", () => resume(Effect.void)))
    expect(recorder.list({})).toMatchObject([{ id: traceId, name: "chat.connect", outcome: "running", status: 101 }])
    expect(violations(yield* recorder.get(traceId))).toEqual([])
    const watched = yield* Effect.fork(Stream.runLast(yield* recorder.watch(traceId)))
    socket.close()
    const ended = yield* Effect.flatten(Fiber.join(watched))
    expect(ended.outcome).not.toBe("running")
    expect(violations(ended)).toEqual([])
  }))
