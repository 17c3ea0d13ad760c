import { expect, layer } from "@effect/vitest"
import { Deferred, Effect, Either, Fiber } from "effect"
import { toChrome } from "../../src/timeline/chromeTrace.ts"
import { toTest } from "../../src/timeline/keep/toTest.ts"
import * as Svg from "../../src/timeline/SvgPicture.ts"
import { connect } from "../support/connect.ts"
import * as Hasty from "../support/hasty.ts"
import { type Answer, json, type Sent } from "../support/send.ts"
import { TestServer } from "../support/TestServer.ts"

const live = { excludeTestServices: true } as const

const send = (method: string, path: string, sent?: Sent) =>
  Effect.flatMap(TestServer, (server) => server.send(method, path, sent))

const accept = (accepted: string): Sent => ({ headers: { accept: accepted } })

const trace = (number: number) => String(number).padStart(32, "0")

/** Sends a request in a trace of its own, which is recorded; returns its id. */
const traced = (path: string, id: string) =>
  Effect.map(send("GET", path, { headers: { traceparent: `00-${id}-b7ad6b7169203331-01` } }), ({ headers }) => {
    expect(headers["link"]).toContain(`/timelines/${id}`)
    return id
  })

/** Begins an experiment that ends when it is told to. */
const held = Effect.gen(function*() {
  const { recorder } = yield* TestServer
  const { id, run } = yield* Effect.flatten(recorder.experiment("held"))
  const gate = yield* Deferred.make<void>()
  const fiber = yield* Effect.fork(run(Effect.withSpan(Deferred.await(gate), "waits")))
  return { id, end: Effect.zipRight(Deferred.succeed(gate, undefined), Fiber.await(fiber)) }
})

const items = (answer: Answer): ReadonlyArray<Record<string, unknown>> => JSON.parse(answer.text).items

const eventsOf = (text: string) =>
  [...text.matchAll(/^id: (.+)\nevent: (.+)\ndata: (.+)$/gm)].map(([, id = "", event = "", data = ""]) => ({
    id,
    event,
    data: JSON.parse(data)
  }))

const watching = (path: string) =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nConnection: close\r\n\r\n`

const server = Hasty.serverWith({ timelineBudget: 0, timelineSample: 0 })

layer(server, live)("recordings over HTTP", (it) => {
  it.effect("are listed newest first, by kind, route, outcome and least length, a page at a time", () =>
    Effect.gen(function*() {
      const client = yield* TestServer.client
      yield* traced("/async-slow", trace(1))
      yield* traced("/users/999/posts", trace(2))
      yield* traced("/async-slow", trace(3))
      const running = yield* held
      const ids = (query: string) =>
        Effect.map(send("GET", `/timelines?${query}`), (answer) => items(answer).map(({ id }) => id))
      expect(yield* ids("kind=request")).toEqual([trace(3), trace(2), trace(1)])
      expect(yield* ids("route=/async-slow&outcome=success")).toEqual([trace(3), trace(1)])
      expect(yield* ids("outcome=failure")).toEqual([trace(2)])
      expect(yield* ids("outcome=running")).toEqual([running.id])
      expect(yield* ids("kind=experiment")).toEqual([running.id])
      expect(yield* ids("kind=job")).toEqual([])
      expect(yield* ids("min_duration=86400000")).toEqual([])
      expect(yield* ids("kind=request&min_duration=0")).toHaveLength(3)

      const first = yield* send("GET", "/timelines?kind=request&limit=2")
      expect(items(first).map(({ id }) => id)).toEqual([trace(3), trace(2)])
      const [, next = ""] = /^<([^>]+)>; rel="next"/.exec(String(first.headers["link"])) ?? []
      expect(next).toBe(`/timelines?kind=request&limit=2&after=${items(first)[1]?.["number"]}`)
      const second = yield* send("GET", next)
      expect([items(second).map(({ id }) => id), second.headers["link"]]).toEqual([[trace(1)], undefined])
      expect(items(second)[0]).toMatchObject({
        kind: "request",
        name: "basics.asyncSlow",
        route: "/async-slow",
        outcome: "success",
        status: 200
      })
      const typed = yield* client.recordings.list({ urlParams: { limit: 1, kind: "request" } })
      expect(typed).toEqual({ items: items(first).slice(0, 1) })
      yield* running.end
    }))

  it.effect("are refused by the name of a wrong parameter, and unknown ids in both languages", () =>
    Effect.gen(function*() {
      for (
        const [query, name] of [
          ["kind=demo", "kind"],
          ["outcome=ok", "outcome"],
          ["min_duration=1.5", "min_duration"],
          ["min_duration=86400001", "min_duration"],
          ["limit=0", "limit"],
          ["after=x", "after"]
        ] as const
      ) {
        const answer = yield* send("GET", `/timelines?${query}`)
        expect([query, answer.status]).toEqual([query, 422])
        expect(json(answer)["errors"]).toMatchObject([{ loc: ["query", name] }])
      }
      const malformed = yield* send("GET", "/timelines/0AF7651916CD43DD8448EB211C80319C")
      expect([malformed.status, json(malformed)["errors"]]).toMatchObject([422, [{ loc: ["path", "id"] }]])
      const form = yield* send("GET", `/timelines/${trace(1)}?as=png`)
      expect([form.status, json(form)["errors"]]).toMatchObject([422, [{ loc: ["query", "as"] }]])
      const unknown = `/timelines/${trace(999)}`
      for (const [language, title] of [["fr", "Chronologie inconnue"], ["en", "Unknown timeline"]]) {
        for (const accepted of ["*/*", "text/event-stream", "image/svg+xml"]) {
          const answer = yield* send("GET", unknown, { headers: { "accept-language": language, accept: accepted } })
          expect([answer.status, answer.headers["content-type"]]).toEqual([404, "application/problem+json"])
          expect(json(answer)).toMatchObject({ _tag: "TimelineNotFound", title, id: trace(999), instance: unknown })
        }
      }
      expect((yield* send("DELETE", unknown)).status).toBe(405)
    }))

  it.effect("have the form that a request prefers, or that its query names", () =>
    Effect.gen(function*() {
      const { recorder } = yield* TestServer
      const client = yield* TestServer.client
      const id = yield* traced("/users/1/complete-profile", trace(10))
      const path = `/timelines/${id}`
      const timeline = yield* recorder.get(id)
      const svg = Svg.draw(timeline, "fr")
      for (
        const [query, accepted, type, text] of [
          ["", "*/*", "application/json", undefined],
          ["", "text/html", "application/json", undefined],
          ["", "image/svg+xml", "image/svg+xml", svg],
          ["", "application/json;q=0.5, image/*", "image/svg+xml", svg],
          ["", "application/json, image/svg+xml;q=0.9", "application/json", undefined],
          ["?as=svg", "application/json", "image/svg+xml", svg],
          ["?as=svg", "text/event-stream", "image/svg+xml", svg],
          ["?as=json", "image/svg+xml", "application/json", undefined],
          ["?as=chrome", "*/*", "application/json", toChrome(timeline)]
        ] as const
      ) {
        const answer = yield* send("GET", `${path}${query}`, accept(accepted))
        expect([query, accepted, answer.status, answer.headers["content-type"]]).toEqual([query, accepted, 200, type])
        if (text === undefined) expect(JSON.parse(answer.text)).toEqual(JSON.parse(JSON.stringify(timeline)))
        else expect(answer.text).toBe(text)
        expect(answer.headers).toMatchObject({ "cache-control": "no-store", vary: "accept, accept-language" })
        const head = yield* send("HEAD", `${path}${query}`, accept(accepted))
        expect([head.status, head.text, head.headers["content-type"]]).toEqual([200, "", type])
      }
      const picture = yield* send("GET", `${path}?as=svg`)
      const english = yield* send("GET", `${path}?as=svg`, { headers: { "accept-language": "en" } })
      expect([english.text, english.headers["content-language"]]).toEqual([Svg.draw(timeline, "en"), "en"])
      expect(picture.headers["content-security-policy"]).toBe("default-src 'none'; style-src 'unsafe-inline'")
      const file = yield* send("GET", `${path}?as=chrome`)
      expect(file.headers["content-disposition"]).toBe(`attachment; filename="timeline-${id}.json"`)
      expect(yield* client.recordings.get({ path: { id }, urlParams: {} })).toEqual(timeline)
    }))

  it.effect("are tests that replay them, or a problem that says why not", () =>
    Effect.gen(function*() {
      const { recorder } = yield* TestServer
      const id = yield* traced("/unreliable?succeed_on=2", trace(40))
      const answer = yield* send("GET", `/timelines/${id}?as=test`)
      expect(answer.headers).toMatchObject({
        "content-type": "text/plain",
        "content-disposition": `attachment; filename="timeline-${id}.test.ts"`
      })
      expect(answer.text).toBe(Either.getOrThrow(toTest(yield* recorder.get(id))))
      expect(answer.text).toContain("resilience.unreliable(2)")

      const others = yield* traced("/users/1/complete-profile", trace(41))
      for (
        const [language, title] of [["fr", "Chronologie non rejouable"], ["en", "Timeline that cannot be replayed"]]
      ) {
        const refused = yield* send("GET", `/timelines/${others}?as=test`, { headers: { "accept-language": language } })
        expect(json(refused)).toMatchObject({ status: 409, _tag: "TimelineNotReplayable", title, id: others })
        expect(json(refused)["detail"]).toContain("Basics.asyncSlow")
      }
    }))

  it.effect("grow as events until the run has ended, and then send one event", () =>
    Effect.gen(function*() {
      const { port } = yield* TestServer
      const { end, id } = yield* held
      const client = yield* connect(port)
      client.write(watching(`/timelines/${id}`))
      const [first] = eventsOf(yield* client.until("}\n\n"))
      expect([first?.event, first?.data.outcome, first?.data.id]).toEqual(["timeline", "running", id])
      yield* end
      const last = eventsOf(yield* client.closed).at(-1)
      expect([last?.event, last?.data.outcome]).toEqual(["end", "success"])
      expect(last?.data.spans).toMatchObject(expect.arrayContaining([expect.objectContaining({ name: "waits" })]))

      const ended = yield* send("GET", `/timelines/${id}`, accept("text/event-stream"))
      expect(ended.headers["content-type"]).toBe("text/event-stream")
      expect(eventsOf(ended.text).map(({ event }) => event)).toEqual(["end"])
      // a client that returns has seen all (WHATWG HTML, 9.2.3)
      const again = { headers: { accept: "text/event-stream", "last-event-id": "end" } }
      expect((yield* send("GET", `/timelines/${id}`, again)).status).toBe(204)
    }).pipe(Effect.scoped))

  it.effect("are told as they begin and end, by the filters of the list", () =>
    Effect.gen(function*() {
      const { port } = yield* TestServer
      const client = yield* connect(port)
      client.write(watching("/timelines?kind=request&route=/async-slow"))
      yield* client.until("retry: ")
      yield* traced("/users/2/posts", trace(20))
      yield* traced("/async-slow", trace(21))
      const events = eventsOf(yield* client.until("\"success\""))
      expect(events.map(({ data, event, id }) => [event, id.split("-")[1], data.id])).toEqual([
        ["summary", "running", trace(21)],
        ["summary", "success", trace(21)]
      ])
    }).pipe(Effect.scoped))

  it.effect("end their streams when the client leaves", () =>
    Effect.gen(function*() {
      const { lifecycle, port } = yield* TestServer
      const { end, id } = yield* held
      for (const path of [`/timelines/${id}`, "/timelines"]) {
        const client = yield* connect(port)
        client.write(watching(path))
        yield* client.until("retry: ")
        client.leave()
      }
      yield* lifecycle.idle
      yield* end
    }).pipe(Effect.scoped))
})

layer(server, live)("a server that stops", (it) => {
  it.effect("ends the streams of recordings that go on", () =>
    Effect.gen(function*() {
      const { lifecycle, port } = yield* TestServer
      const { end, id } = yield* held
      const clients = yield* Effect.forEach([`/timelines/${id}`, "/timelines"], (path) =>
        Effect.tap(connect(port), (client) => {
          client.write(watching(path))
          return client.until("retry: ")
        }))
      yield* lifecycle.enter("stopping")
      for (const client of clients) {
        expect(yield* client.closed).toMatch(/0\r\n\r\n<closed>$/)
      }
      yield* end
    }).pipe(Effect.scoped))
})
