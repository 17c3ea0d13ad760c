import { describe, expect, it, layer } from "@effect/vitest"
import { Duration, Effect, Option, TestClock } from "effect"
import { networkOf } from "../../../src/platform/lifecycle/Clients.ts"
import { connect } from "../../support/connect.ts"
import { json } from "../../support/send.ts"
import { TestServer } from "../../support/TestServer.ts"

const slow = { slowDuration: Duration.minutes(1) }

const ask = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`

/** Waits until the server has received the earlier requests, as it serves in order of arrival. */
const arrived = Effect.flatMap(TestServer, ({ send }) => Effect.repeatN(send("GET", "/health/live"), 2))

const status = (path: string) =>
  Effect.flatMap(TestServer, ({ send }) => Effect.map(send("GET", path), ({ status }) => status))

const connection = Effect.flatMap(TestServer, ({ port }) => connect(port))

layer(TestServer.layer({ ...slow, maxRequests: 50, maxPipelined: 10 }))("one connection", (it) => {
  it.scoped("may have a bounded number of waiting requests, and takes no place from others", () =>
    Effect.gen(function*() {
      const hostile = yield* connection
      hostile.write(ask("/async-slow").repeat(20_001))
      expect(yield* hostile.closed).toBe("<closed>")
      yield* arrived
      expect(yield* status("/users/")).toBe(200)
      expect(yield* status("/health/ready")).toBe(200)
    }))

  it.scoped("is answered in order up to the limit, then gets 503, and closes", () =>
    Effect.gen(function*() {
      const { closed, write } = yield* connection
      // the clock stands still, so the first request is not answered yet
      write(ask("/measured") + ask("/users/1/complete-profile").repeat(12))
      yield* arrived
      yield* TestClock.adjust("1 second")
      const answers = yield* closed
      expect(answers.match(/HTTP\/1.1 \d+/g)).toEqual([...Array(11).fill("HTTP/1.1 200"), "HTTP/1.1 503"])
      expect(answers).toContain("requests on one connection")
    }))
})

layer(TestServer.layer({ ...slow, maxRequests: 8, maxPipelined: 2 }))("one client", (it) => {
  it.scoped("may have half of all requests in flight; refusals add no load, and health still answers", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const busy = yield* Effect.all([connection, connection, connection, connection], { concurrency: 1 })
      for (const { write } of busy) write(ask("/async-slow"))
      yield* arrived
      for (const _ of [1, 2, 3]) {
        const refused = yield* send("GET", "/users/", { headers: { "accept-language": "en" } })
        expect([refused.status, refused.headers["retry-after"], json(refused)["what"]])
          .toEqual([503, "1", "requests of one client"])
      }
      expect(yield* status("/health/live")).toBe(200)
      expect(yield* status("/health/ready")).toBe(200)
      for (const { leave } of busy) leave()
      // the server needs a second to tell a client that has left from one that has only stopped sending
      yield* Effect.repeat(Effect.zipRight(TestClock.adjust("1 second"), status("/users/")), {
        until: (answer) => answer === 200
      })
    }))
})

it.each([
  ["127.0.0.1", "127.0.0.1"],
  ["::ffff:10.0.0.7", "10.0.0.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"]
])("%s belongs to the client %s, as a client has its whole IPv6 network", (address, network) => {
  expect(networkOf(address)).toBe(network)
})

describe("connections", () => {
  it.scopedLive("beyond the bound replace the connection idle longest, or are closed if none is idle", () =>
    Effect.gen(function*() {
      const idle = [yield* connection, yield* connection, yield* connection]
      for (const { until, write } of idle) {
        write(ask("/health/live"))
        yield* until("}")
      }
      // used again, so that the second connection has been idle longest
      idle[0]?.write(ask("/health/live"))
      yield* idle[0]?.until("}") ?? Effect.void
      const first = yield* connection
      first.write(ask("/async-slow"))
      expect(yield* idle[1]?.closed ?? Effect.void).toBe("<closed>")
      for (const { until, write } of [idle[0], idle[2]].flatMap((one) => one ?? [])) {
        write(ask("/health/live"))
        expect(yield* until("}")).toContain("200 OK")
        write(ask("/async-slow"))
      }
      const more = yield* connection
      more.write(ask("/health/live"))
      expect(yield* more.closed).toBe("<closed>")
      for (const { leave } of [first, ...idle]) leave()
      yield* Effect.eventually(status("/health/live"))
    }).pipe(
      Effect.provide(TestServer.layer({ ...slow, departureProbe: Duration.millis(10), maxConnections: Option.some(3) }))
    ))
})

const post = (length: number, body: string) =>
  `POST /users/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`

layer(TestServer.layer({ maxBodyBytes: 50_000, maxBufferedBytes: 100_000 }))("bodies that arrive slowly", (it) => {
  it.scoped("are buffered up to the common bound, and freed", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const begun = [yield* connection, yield* connection, yield* connection]
      for (const { write } of begun) write(post(50_000, " ".repeat(40_000)))
      const refused = yield* begun[2]?.until("}") ?? Effect.succeed("")
      expect(refused).toMatch(/^HTTP\/1.1 503 [^]*retry-after: 1\r\n[^]*"_tag":"Overloaded"/i)
      // a body that arrives in one piece needs no memory budget
      const whole = JSON.stringify({ name: "Whole", email: "whole@example.org" })
      const headers = { "content-type": "application/json" }
      expect((yield* send("POST", "/users/", { headers, body: whole })).status).toBe(201)
      begun[0]?.leave()
      begun[1]?.leave()
      const again = yield* connection
      const padded = `{"name":"Padded","email":"padded@example.org"${" ".repeat(40_000)}}`
      again.write(post(padded.length, padded.slice(0, 30_000)))
      again.write(padded.slice(30_000))
      expect(yield* again.until("}")).toMatch(/^HTTP\/1.1 201 /)
    }))
})

layer(TestServer.layer())("a JSON body that is small, and costly", (it) => {
  const costly: ReadonlyArray<readonly [string, string, string]> = [
    ["90,000 members", `{${Array.from({ length: 90_000 }, (_, n) => `"k${n}":1`).join(",")}}`, "at most 10000 values"],
    ["500,000 levels", "[".repeat(500_000) + "]".repeat(500_000), "deeper than 100 levels"],
    ["levels of objects", `${"{\"a\":".repeat(150_000)}1${"}".repeat(150_000)}`, "deeper than 100 levels"],
    ["a number of a million digits", `{"name":${"1".repeat(1_000_000)}}`, "no number of more than 1000 characters"],
    ["300,000 empty objects", `[${"{},".repeat(300_000)}{}]`, "at most 10000 values"],
    [
      "members behind a text of brackets and quotes",
      `{"a":"${"[\\\"{\\\\".repeat(90)}",${"\"b\":1,".repeat(10_000)}"c":1}`,
      "at most 10000 values"
    ]
  ]
  it.effect.each(costly)("is refused before it is parsed: %s", ([, body, reason]) =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const headers = { "content-type": "application/json", "accept-language": "en" }
      const answer = yield* send("POST", "/users/", { headers, body })
      expect(answer.status).toBe(422)
      expect(json(answer)["errors"]).toEqual([
        { loc: ["body"], msg: expect.stringContaining(reason), type: "value_error" }
      ])
    }))

  const crowded = ["a=1&".repeat(1000), "limit=1&".repeat(900), "&".repeat(7000), "%41=%42&".repeat(101)]

  it.effect.each(crowded)(
    "a query of thousands of parameters is refused before it is parsed",
    (query) =>
      Effect.gen(function*() {
        const { send } = yield* TestServer
        for (const [method, path] of [["GET", "/users"], ["POST", "/users"], ["GET", "/nowhere"]] as const) {
          const answer = yield* send(method, `${path}?${query}`, { headers: { "accept-language": "en" } })
          expect([answer.status, json(answer)["errors"]]).toEqual([422, [
            { loc: ["query"], msg: "must have at most 100 parameters", type: "too_long" }
          ]])
        }
      })
  )

  it.effect("is accepted if it is only long: brackets in a text are no levels, and digits no number", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const items = ["[".repeat(5_000), "1".repeat(5_000), "\\\"".repeat(1_000), "}", "\\"]
      const headers = { "content-type": "application/json" }
      const answer = yield* send("POST", "/batch-process/", { headers, body: JSON.stringify(items) })
      expect(json(answer)["results"]).toEqual(items.map((item) => `Processed: ${item}`))
    }).pipe(Effect.provide(TestServer.layer({ batchItemDuration: Duration.zero }))))
})
