import { expect, layer } from "@effect/vitest"
import { ConfigProvider, Duration, Effect, Layer, Option, Redacted } from "effect"
import { spawnSync } from "node:child_process"
import { connect } from "../support/connect.ts"
import { TestServer } from "../support/TestServer.ts"

const live = { excludeTestServices: true } as const

const scrape = Effect.flatMap(TestServer, ({ send }) => send("GET", "/metrics"))

const answers = (route: string, method: string, status: number) =>
  `http_server_request_duration_seconds_count{http_request_method="${method}",http_route="${route}",` +
  `http_response_status_code="${status}"}`

/** Returns the value of the sample whose line begins with the given text. */
const valueOf = (text: string, sample: string): number | undefined => {
  const line = text.split("\n").find((one) => one.startsWith(`${sample} `))
  return line === undefined ? undefined : Number(line.slice(sample.length + 1))
}

const seriesOf = (text: string, name: string) => text.split("\n").filter((line) => line.startsWith(name)).length

layer(TestServer.layer({}), live)("GET /metrics", (it) => {
  it.effect("shows work in flight, waiting and done, in all parts of the server", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      yield* send("POST", "/send-notification-async/?email=a@example.org&delay=3600")
      yield* send("POST", "/batch-process/", { headers: { "content-type": "application/json" }, body: "[\"a\"]" })
      const form = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nabc\r\n--b--\r\n"
      yield* send("POST", "/upload-async/", {
        headers: { "content-type": "multipart/form-data; boundary=b" },
        body: form
      })
      const { text } = yield* scrape
      expect(valueOf(text, "barista_upload_files_total")).toBe(1)
      expect(valueOf(text, "barista_upload_bytes_total")).toBe(3)
      const changes = valueOf(text, "barista_database_changes_total")
      expect(changes).toBeGreaterThan(0)
      expect(valueOf(text, "barista_database_commits_total")).toBeLessThanOrEqual(changes ?? 0)
      expect(valueOf(text, "http_server_active_requests")).toBe(1)
      expect(valueOf(text, "barista_jobs{kind=\"notification-async\",state=\"waiting\"}")).toBe(1)
      expect(valueOf(text, "barista_jobs_overdue_seconds")).toBe(0)
      expect(valueOf(text, "barista_jobs_shards")).toBeGreaterThanOrEqual(0)
      expect(valueOf(text, "barista_database_prompt")).toBe(1)
      expect(valueOf(text, "barista_policy_operations_total{policy=\"batch\"}")).toBe(1)
      expect(valueOf(text, "barista_policy_permits{policy=\"batch\",state=\"held\"}")).toBe(0)
      expect(valueOf(text, "barista_policy_permit_limit{policy=\"batch\"}")).toBe(3)
      expect(valueOf(text, "barista_policy_hedges_total{policy=\"batch\"}")).toBe(0)
      expect(seriesOf(text, "barista_policy_breaker{")).toBe(0)
      expect(valueOf(text, "barista_pool_calls{pool=\"cpu\",state=\"running\"}")).toBe(0)
      expect(valueOf(text, "barista_connections")).toBeGreaterThan(0)
      for (const none of ["connections_refused_total", "connections_idle_closed_total", "input_memory_refused_total"]) {
        expect(valueOf(text, `barista_${none}`)).toBe(0)
      }
      expect(valueOf(text, "barista_log_dropped_lines_total")).toBe(0)
      expect(valueOf(text, "barista_timelines_recorded_total{kind=\"request\"}")).toBe(3)
      expect(valueOf(text, "barista_timelines")).toBe(3)
      expect(valueOf(text, "barista_timelines_memory_bytes")).toBeGreaterThan(3_000)
      for (const none of ["removed", "lost_events"]) {
        expect(valueOf(text, `barista_timelines_${none}_total`)).toBe(0)
      }
      expect(valueOf(text, "process_resident_memory_bytes")).toBeGreaterThan(1e7)
      expect(valueOf(text, "nodejs_eventloop_time_seconds_total{nodejs_eventloop_state=\"active\"}")).toBeGreaterThan(0)
    }))

  it.effect("counts the answers of each operation by method and status, in OpenTelemetry's buckets", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      for (const path of ["/users/1/complete-profile", "/users/2/complete-profile/", "/users/99/complete-profile"]) {
        yield* send("GET", path)
      }
      yield* send("HEAD", "/health/live")
      const { headers, text } = yield* scrape
      expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8")
      const profile = "/users/:user_id/complete-profile"
      expect(valueOf(text, answers(profile, "GET", 200))).toBe(2)
      expect(valueOf(text, answers(profile, "GET", 404))).toBe(1)
      expect(valueOf(text, answers("/health/live", "HEAD", 200))).toBe(1)
      const buckets = text.split("\n").flatMap((line) =>
        line.includes(`_bucket{http_request_method="GET",http_route="${profile}",http_response_status_code="200"`)
          ? [[/le="([^"]+)"/.exec(line)?.[1], Number(line.split(" ").at(-1))] as const]
          : []
      )
      expect(buckets.map(([bound]) => bound).join(" ")).toBe(
        "0.005 0.01 0.025 0.05 0.075 0.1 0.25 0.5 0.75 1 2.5 5 7.5 10 +Inf"
      )
      expect(buckets.map(([, count]) => count)).toEqual(buckets.map(([, count]) => count).toSorted((a, b) => a - b))
      expect(buckets.at(-1)?.[1]).toBe(2)
    }))

  it.effect("adds no series for names that clients make up", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      yield* send("GET", "/nowhere")
      yield* send("PROPFIND", "/nowhere")
      const before = seriesOf((yield* scrape).text, "http_server_request_duration_seconds")
      for (let n = 0; n < 20; n++) {
        yield* send("GET", `/nowhere/${n}?${n}"`)
        yield* send("PROPPATCH", `/"${n}`)
      }
      const { text } = yield* scrape
      // the first scrape has made a series of its own
      expect(seriesOf(text, "http_server_request_duration_seconds") - before).toBeLessThanOrEqual(17)
      expect(valueOf(text, answers("", "GET", 404))).toBe(21)
      expect(valueOf(text, answers("", "_OTHER", 404))).toBe(21)
    }))

  const promtool = (text: string) => spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" })
  const isInstalled = promtool("").error === undefined

  it.effect.runIf(isInstalled)("is what Prometheus' own tool accepts, without advice", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      yield* send("GET", "/users")
      const { status, stderr, stdout } = promtool((yield* scrape).text)
      expect([status, stderr, stdout]).toEqual([0, "", ""])
    }))
})

const request = (head: string, ...headers: ReadonlyArray<string>) => [head, "Host: a", ...headers, "", ""].join("\r\n")

layer(
  TestServer.layer({ batchItemDuration: Duration.hours(1), slowDuration: Duration.millis(50), maxPipelined: 1 }),
  live
)("under load", (it) => {
  it.effect("counts batch items, websockets, bytes of incomplete bodies, and refusals", () =>
    Effect.gen(function*() {
      const { port } = yield* TestServer
      const batch = yield* connect(port)
      const chat = yield* connect(port)
      const body = yield* connect(port)
      const crowded = yield* connect(port)
      const json = "Content-Type: application/json"
      batch.write(
        request("POST /batch-process HTTP/1.1", json, "Accept: text/event-stream", "Content-Length: 21") +
          "[\"a\",\"b\",\"c\",\"d\",\"e\"]"
      )
      yield* batch.until("retry:")
      chat.write(
        request(
          "GET /ws/1 HTTP/1.1",
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
        )
      )
      yield* chat.until(" 101 ")
      body.write(request("POST /batch-process HTTP/1.1", json, "Content-Length: 100", "Expect: 100-continue"))
      yield* body.until(" 100 ")
      body.write("[\"a\",")
      crowded.write(
        request("GET /async-slow HTTP/1.1") + request("GET /health/live HTTP/1.1") + request("GET /users HTTP/1.1")
      )
      yield* crowded.until(" 503 ")
      const { text } = yield* scrape
      expect(valueOf(text, "barista_batch_items")).toBe(5)
      expect(valueOf(text, "barista_websocket_connections")).toBe(1)
      expect(valueOf(text, "barista_websocket_dropped_total{reason=\"slow\"}")).toBe(0)
      expect(valueOf(text, "barista_requests_refused_total{full=\"connection\"}")).toBe(1)
      expect(valueOf(text, "barista_requests_refused_total{full=\"client\"}")).toBe(0)
      expect(valueOf(text, "barista_connections")).toBeGreaterThanOrEqual(4)
      expect(valueOf(text, "barista_input_memory_bytes")).toBe(5)
    }).pipe(Effect.scoped))
})

const token = "a-token-of-an-operator"

layer(TestServer.layer({ apiTokens: Option.some([Redacted.make(token)]) }), live)("with tokens", (it) => {
  it.effect("requires a token, as everything but health does", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      expect((yield* scrape).status).toBe(401)
      expect((yield* send("GET", "/metrics", { headers: { authorization: `Bearer ${token}` } })).status).toBe(200)
    }))
})

const upstream = JSON.stringify({
  rateLimit: { permits: 1, per: "1 hour", burst: 2 },
  breaker: { failures: 1, openFor: "1 hour" },
  retry: { attempts: 2, backoff: { kind: "constant", base: "0 millis" }, budget: { ratio: 0, burst: 0 } }
})

const besides = Layer.setConfigProvider(ConfigProvider.fromMap(new Map([["POLICY_UPSTREAM", upstream]])))

layer(
  Layer.provide(TestServer.layer({ upstreamUrl: Option.some(new URL("http://127.0.0.1:9")) }), besides),
  live
)(
  "the state of a policy",
  (it) => {
    it.effect("is in GET /metrics and GET /policies: what its parts refused, and may let through", () =>
      Effect.gen(function*() {
        const { send } = yield* TestServer
        const statuses = yield* Effect.forEach([1, 2, 3], () => send("GET", "/good-external-calls"), { concurrency: 1 })
        expect(statuses.map(({ status }) => status)).toEqual([502, 503, 429])
        const { text } = yield* scrape
        const of = (name: string, labels = "") => valueOf(text, `barista_policy_${name}{policy="upstream"${labels}}`)
        expect(of("refused_total", ",reason=\"breaker open\"")).toBe(1)
        expect(of("refused_total", ",reason=\"rate limited\"")).toBe(1)
        expect(of("breaker_opened_total")).toBe(1)
        expect([of("breaker", ",state=\"open\""), of("breaker", ",state=\"closed\"")]).toEqual([1, 0])
        expect([of("retry_budget"), of("rate_permits")]).toEqual([0, 0])
        const { text: policies } = yield* send("GET", "/policies")
        const all: unknown = JSON.parse(policies)
        expect(all).toContainEqual(expect.objectContaining({
          name: "upstream",
          state: {
            breaker: { state: "open", until: expect.stringMatching(/^\d{4}-.*Z$/), opened: 1 },
            retry_budget: 0,
            rate_permits: 0
          }
        }))
      }))
  }
)
