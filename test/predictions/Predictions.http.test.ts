import { expect, layer } from "@effect/vitest"
import { Deferred, Duration, Effect, Schema } from "effect"
import * as Http from "node:http"
import { Report } from "../../src/predictions/ReportSchema.ts"
import { names } from "../../src/simulation/gallery/Gallery.ts"
import { Timeline } from "../../src/timeline/Timeline.ts"
import { easyQuestion, steady as scenario } from "../support/predictions.ts"
import { json } from "../support/send.ts"
import { TestServer } from "../support/TestServer.ts"
import { turn } from "../support/turn.ts"

const live = { excludeTestServices: true } as const

/** A run that takes minutes. */
const long = { ...scenario, requests: 4_000_000 }

const limits = { simulationMaxRequests: 5_000_000, simulationQueue: 1 } as const

const simulate = (query: string, body: unknown, headers: Record<string, string> = {}) =>
  Effect.flatMap(TestServer, ({ send }) =>
    send("POST", `/simulations${query}`, {
      headers: { "content-type": "application/json", "accept-language": "en", ...headers },
      body: JSON.stringify(body)
    }))

const refusal = (query: string, body: unknown) =>
  Effect.map(simulate(query, body), (answer) => [answer.status, json(answer)["detail"]])

const events = (text: string) =>
  text.split("\n\n").flatMap((frame) => {
    const [, event, data] = /^id: .*\nevent: (.*)\ndata: (.*)$/.exec(frame) ?? []
    return event === undefined || data === undefined ? [] : [{ event, data: JSON.parse(data) as unknown }]
  })

/** Posts a long run whose client leaves with the scope; `heard` gets its first event. */
const leaving = (accept: string) =>
  Effect.gen(function*() {
    const { port } = yield* TestServer
    const heard = yield* Deferred.make<ReturnType<typeof events>[number]>()
    yield* Effect.acquireRelease(
      Effect.sync(() => {
        const request = Http.request({
          host: "127.0.0.1",
          port,
          method: "POST",
          path: "/simulations",
          headers: { "content-type": "application/json", accept }
        })
        request.on("error", () => undefined)
        request.on("response", (response) =>
          response.setEncoding("utf8").on("data", (part: string) => {
            const [first] = events(part)
            if (first !== undefined) Deferred.unsafeDone(heard, Effect.succeed(first))
          }))
        request.end(JSON.stringify(long))
        return request
      }),
      (request) => Effect.sync(() => request.destroy())
    )
    return { heard }
  })

const busy = Effect.map(refusal("", scenario), ([status]) => status)

/** Waits until further runs are refused: each client's run takes a place once it is admitted; one runs, one waits. */
const full = Effect.repeat(
  Effect.zipLeft(
    Effect.timeoutTo(busy, { duration: "50 millis", onTimeout: () => 0, onSuccess: (status) => status }),
    turn
  ),
  { until: (status) => status === 503 }
)

/** Waits until there is room again. If a thread had gone on without its client, that would take minutes. */
const free = Effect.repeat(Effect.zipLeft(busy, turn), { until: (status) => status === 200 })

layer(TestServer.layer(limits), live)("POST /simulations", (it) => {
  it.effect("answers the figures of a run", () =>
    Effect.gen(function*() {
      const answer = yield* simulate("", scenario)
      expect(answer.status).toBe(200)
      expect(yield* Schema.decodeUnknown(Report)(json(answer))).toMatchObject({
        requests: 100,
        succeeded: 100,
        failed: {},
        latency: { all: { p50: 50, max: 50 } },
        seconds: 1.04,
        seeds: [1]
      })
    }))

  it.effect("answers intervals over several seeds, and events that end with the same result", () =>
    Effect.gen(function*() {
      const random = { ...scenario, arrivals: { kind: "poisson", rate: 100 } }
      const answer = json(yield* simulate("?seeds=3", random))
      expect([answer["seeds"], answer["intervals"]]).toEqual([
        [1, 2, 3],
        expect.objectContaining({ goodput: expect.anything() })
      ])
      const stream = yield* simulate("?seeds=3", random, { accept: "text/event-stream" })
      expect(stream.headers).toMatchObject({ "content-type": "text/event-stream", "vary": "accept, accept-language" })
      const last = events(stream.text).at(-1)
      expect(last).toEqual({ event: "result", data: { ...answer, speed: expect.any(Number) } })
    }))

  it.effect("draws a chart in the language of the request", () =>
    Effect.gen(function*() {
      const picture = yield* simulate("", { ...scenario, name: "a <b>" }, {
        accept: "image/svg+xml",
        "accept-language": "fr"
      })
      expect(picture.headers["content-type"]).toBe("image/svg+xml")
      expect(picture.text).toContain("a &lt;b&gt;")
      expect(picture.text).toContain("essais dans la file")
    }))

  it.effect("answers the timeline of one request, or its picture", () =>
    Effect.gen(function*() {
      const timeline = yield* Schema.decodeUnknown(Timeline)(json(yield* simulate("?request=17", scenario)))
      expect(timeline).toMatchObject({
        name: "request 17",
        clock: "virtual",
        duration_ns: 50_000_000,
        outcome: "success"
      })
      const picture = yield* simulate("?request=17", scenario, { accept: "image/svg+xml" })
      expect(picture.text).toContain("request 17")
      expect(yield* refusal("?request=100", scenario)).toEqual([
        404,
        "The simulation has no request 100: it has 100, from 0 on."
      ])
    }))

  it.effect("lists the gallery in the language of the request, each variant with a scenario to run", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const client = yield* TestServer.client
      const lessons = yield* client.predictions.scenarios()
      expect(lessons.map(({ name }) => name)).toEqual(names)
      const english = yield* send("GET", "/scenarios/retry-storm", { headers: { "accept-language": "en" } })
      expect(json(english)).toMatchObject({ name: "retry-storm", title: "The retry storm and its five cures" })
      const unknown = yield* send("GET", "/scenarios/x", { headers: { "accept-language": "en" } })
      expect([unknown.status, json(unknown)["detail"]]).toEqual([404, "The gallery has no lesson x."])
    }))

  it.effect("runs the variants of a lesson and judges its claims", () =>
    Effect.gen(function*() {
      const client = yield* TestServer.client
      const path = { name: "coordinated-omission" }
      const { lesson, runs, verdicts } = yield* client.predictions.lesson({ path, urlParams: {} })
      const { claims, variants } = yield* client.predictions.scenario({ path })
      expect([lesson, runs.map(({ variant }) => variant)]).toEqual([path.name, variants.map(({ name }) => name)])
      expect(verdicts.map(({ holds, text }) => [text, holds])).toEqual(claims.map(({ text }) => [text, true]))
      // the same scenario by itself gives the same figures
      const first = json(yield* simulate("", variants[0]?.scenario))
      expect(first["trace"]).toBe(runs[0]?.report.trace)
    }))

  it.effect("advises a policy for a model, with progress and the same advice", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const ask = (body: unknown, accept = "application/json") =>
        send("POST", "/advice", {
          headers: { "content-type": "application/json", "accept-language": "en", accept },
          body: JSON.stringify(body)
        })
      const advice = json(yield* ask(easyQuestion))
      expect(advice).toMatchObject({ evidence: [{ scenario: "healthy", advised: { holds: true } }] })
      const stream = yield* ask(easyQuestion, "text/event-stream")
      expect(events(stream.text).at(-1)).toEqual({ event: "result", data: advice })

      const refusals = yield* Effect.forEach([
        { ...easyQuestion, upstream: { measured: true } },
        { ...easyQuestion, upstream: { file: "times.txt" } },
        { ...easyQuestion, upstream: { values: [1, 2, 3] } },
        { ...easyQuestion, requests: 9_000_000 },
        { ...easyQuestion, rate: 0 }
      ], (body) =>
        Effect.map(ask(body), (answer) => [answer.status, json(answer)["detail"]]), { concurrency: 1 })
      expect(refusals).toEqual([
        [422, "body.upstream.measured: nothing was measured of the upstream yet"],
        [422, "body.upstream.file: is read by npm run advise alone: give values"],
        [422, expect.stringMatching(/^body\.upstream: Too few samples \(3\)/)],
        [422, "body.requests: gives more than 5000000 simulated requests"],
        [422, expect.stringMatching(/^body\.rate: must be a number from 0\.001/)]
      ])
    }))

  it.effect("refuses a scenario that is none, naming each field", () =>
    Effect.gen(function*() {
      expect(yield* refusal("", { ...scenario, upstream: { service: { kind: "constant", value: "5" }, servers: 0 } }))
        .toEqual([
          422,
          "body.upstream.servers: must be a whole number from 1 to 1000000; body.upstream.service.value: must be a " +
          "time in words, from 0 to 30 days, such as \"100 millis\", \"1.5 seconds\" or \"250 micros\""
        ])
      expect(yield* refusal("", { ...scenario, policy: { timout: "1 second" } })).toEqual([
        422,
        "body.policy.timout: extra fields are not permitted here"
      ])
      expect(yield* refusal("?seeds=21", scenario)).toEqual([422, "query.seeds: must be a whole number from 1 to 20"])
    }))

  it.effect("refuses more requests than the server simulates, naming the member that gives them", () =>
    Effect.gen(function*() {
      const { requests: _, ...endless } = scenario
      expect(yield* refusal("?seeds=2", long)).toEqual([
        422,
        "body.requests: gives more than 5000000 simulated requests for 2 seeds together"
      ])
      expect(yield* refusal("", { ...endless, duration: "14 hours" })).toEqual([
        422,
        "body.duration: gives more than 5000000 simulated requests"
      ])
      const phases = [{ for: "1 hour", rate: 2_000 }]
      expect(yield* refusal("", { ...endless, arrivals: { kind: "regular", phases } })).toEqual([
        422,
        "body.arrivals: gives more than 5000000 simulated requests"
      ])
    }))

  it.effect("refuses a run that passes a bound, naming the member that let it", () =>
    Effect.gen(function*() {
      expect(yield* refusal("", { ...scenario, requests: 5, arrivals: { kind: "regular", rate: 1e-7 } })).toEqual([
        422,
        "body.requests: takes more than 100 days of virtual time"
      ])
    }))

  it.effect("refuses further runs while all places are taken, until their clients have left", () =>
    Effect.gen(function*() {
      yield* Effect.scoped(
        Effect.zipRight(Effect.all([leaving("application/json"), leaving("application/json")]), full)
      )
      yield* free
    }))

  it.effect("tells progress to clients that read events, and stops their runs once they have left", () =>
    Effect.gen(function*() {
      yield* Effect.scoped(Effect.gen(function*() {
        const { heard } = yield* leaving("text/event-stream")
        yield* leaving("text/event-stream")
        yield* full
        expect(yield* Deferred.await(heard)).toEqual({
          event: "progress",
          data: { done: expect.any(Number), requests: long.requests }
        })
      }))
      yield* free
    }))
})

layer(TestServer.layer({ simulationMaxRequests: 5_000_000, simulationTimeout: Duration.millis(100) }), live)(
  "a simulation that takes too long",
  (it) => {
    it.effect("ends with 504, or with an event", () =>
      Effect.gen(function*() {
        const answer = yield* simulate("", long)
        expect([answer.status, json(answer)]).toEqual([
          504,
          expect.objectContaining({ what: "POST /simulations", after: 0.1 })
        ])
        const stream = yield* simulate("", long, { accept: "text/event-stream" })
        expect(events(stream.text).at(-1)).toEqual({
          event: "error",
          data: expect.objectContaining({ status: 504, title: "Timed out" })
        })
      }))
  }
)
