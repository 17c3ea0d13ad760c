import { HttpApi } from "@effect/platform"
import { Effect, Queue } from "effect"
import { WebSocket } from "ws"
import { Api } from "../../src/Api.ts"
import { connect } from "./connect.ts"
import { type Answer, json, type Sent } from "./send.ts"
import { TestServer } from "./TestServer.ts"
import { turn } from "./turn.ts"

/** The operations of the contract, each as its method and its path. */
export const operations: ReadonlyArray<string> = (() => {
  const found: Array<string> = []
  HttpApi.reflect(Api, {
    onGroup: () => undefined,
    onEndpoint: ({ endpoint: { method, path } }) => found.push(`${method} ${path}`)
  })
  return found
})()

/** A text of the caller's, and where it goes. */
export type Secret = (place: string) => string

const boundary = "x-boundary"

const form = (name: string, secret: Secret) =>
  [
    `--${boundary}`,
    `Content-Disposition: form-data; name="${name}"; filename="${secret("filename")}.txt"`,
    "Content-Type: text/plain",
    "",
    secret("file").repeat(20),
    `--${boundary}--`,
    ""
  ].join("\r\n")

/**
 * Sends a request to every operation of the contract, and some that fail, each in a sampled trace and with the caller's
 * own texts in every place that takes one. Returns the operations that were asked.
 */
export const askAll = (secret: Secret) =>
  Effect.gen(function*() {
    const { lifecycle, port, send } = yield* TestServer
    const asked = new Set<string>()
    const others = lifecycle.active()
    let traces = 0
    const newTrace = () => (++traces).toString(16).padStart(32, "0")
    const headers = (trace = newTrace()) => ({
      "authorization": `Bearer ${secret("token")}`,
      "traceparent": `00-${trace}-b7ad6b7169203331-01`,
      "accept-language": "en",
      "cookie": `session=${secret("cookie")}`,
      "referer": `http://127.0.0.1/${secret("referer")}`,
      "user-agent": secret("agent"),
      "x-forwarded-for": secret("address"),
      "baggage": `user=${secret("baggage")}`
    })
    const query = `${secret("name")}=${secret("value")}`

    const ask = (operation: string, sent: Sent = {}, places: ReadonlyArray<string | number> = [], more = "") => {
      asked.add(operation)
      const [method = "", template = ""] = operation.split(" ")
      let place = 0
      const path = template.replaceAll(/:\w+/g, () => String(places[place++]))
      return send(method, `${path}?${query}${more}`, { ...sent, headers: { ...headers(), ...sent.headers } })
    }
    const post = (operation: string, body: unknown, places: ReadonlyArray<string | number> = []) =>
      ask(operation, {
        headers: { "content-type": "application/json", "idempotency-key": `"${secret("key")}${traces}"` },
        body: JSON.stringify(body)
      }, places)
    const upload = (operation: string, name: string) =>
      ask(operation, {
        headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
        body: form(name, secret)
      })
    const numberOf = (answer: Answer) => Number(String(answer.headers["location"]).replaceAll(/\D/g, ""))
    const until = (asking: Effect.Effect<Answer, Error>, is: (answer: Answer) => boolean) =>
      Effect.repeat(Effect.zipLeft(asking, turn), { until: (answer) => is(answer) })
    /** Reads an event stream until its first event, and leaves. */
    const listen = (path: string, text = "\nevent: ") =>
      Effect.scoped(Effect.gen(function*() {
        const client = yield* connect(port)
        const lines = Object.entries({ ...headers(), host: "localhost", accept: "text/event-stream" })
        client.write(`GET ${path}?${query} HTTP/1.1\r\n${lines.map(([n, v]) => `${n}: ${v}\r\n`).join("")}\r\n`)
        yield* client.until(text)
      }))

    const plain = [
      "sync-slow",
      "async-slow",
      "sync-multiple",
      "async-multiple",
      "bad-external-calls",
      "good-external-calls",
      "parallel-external-calls",
      "safe-parallel-calls",
      "good-async-usage",
      "bad-async-usage",
      "cpu-intensive-async",
      "users",
      "monitored-endpoint",
      "measured",
      "health/live",
      "health/ready",
      "metrics",
      "experiments",
      "uploads",
      "perf-test-sync",
      "perf-test-async",
      "jobs",
      "nodes",
      "profiles",
      "mailing-list",
      "outbox",
      "error-handling",
      "policies"
    ]
    for (const path of plain) yield* ask(`GET /${path}`)
    yield* ask("GET /with-timeout", {}, [], "&timeout=1")
    yield* ask("GET /unreliable", {}, [], "&succeed_on=2")
    yield* ask("GET /unreliable")

    const user = {
      name: secret("user"),
      email: `${secret("user")}@${secret("domain")}.example`,
      password: secret("pw")
    }
    yield* ask("GET /scenarios")
    yield* post("POST /advice", { name: secret("question"), rate: 0 })
    yield* ask("GET /scenarios/:name", {}, ["retry-storm"])
    yield* ask("POST /scenarios/:name/simulations", {}, [secret("lesson")])
    yield* post("POST /simulations", {
      name: secret("scenario"),
      arrivals: { kind: "burst", clients: 2 },
      upstream: { service: { kind: "constant", value: "1 millis" } },
      policy: {}
    })
    yield* post("POST /users", user)
    yield* post("POST /users", user)
    yield* post("POST /users", { email: secret("wrong") })
    yield* ask("GET /users/:user_id/complete-profile", {}, [1])
    yield* ask("GET /users/:user_id/posts", {}, [1])
    const written = { title: secret("title"), content: secret("content") }
    const created = yield* post("POST /users/:user_id/posts", written, [1])
    const article = Number(json(created)["id"])
    yield* ask("GET /users/:user_id/posts/:post_id", {}, [1, article])
    yield* ask("DELETE /users/:user_id/posts/:post_id", {}, [1, article])
    yield* ask("PUT /users/:user_id/followers/:follower_id", {}, [1, 3])
    yield* ask("DELETE /users/:user_id/followers/:follower_id", {}, [1, 3])
    yield* post("POST /transfer-money", { from_user: 1, to_user: 2, amount: 1.5, note: secret("note") })
    yield* post("POST /transfer-money", { from_user: 1, to_user: 2, amount: 100_000, note: secret("note") })
    yield* ask("GET /accounts/:user_id", {}, [1])
    yield* ask("GET /accounts/:user_id/entries", {}, [1])
    yield* post("POST /accounts/:user_id/deposits", { amount: 2, note: secret("note") }, [1])
    yield* post("POST /batch-process", Array.from({ length: 7 }, (_, item) => secret(`item${item}`)))

    const uploaded = json(yield* upload("POST /upload-async", "file"))
    yield* upload("POST /upload-sync", "file")
    yield* upload("POST /upload-multiple", "files")
    const file = String(uploaded["url"]).replaceAll(/\D/g, "")
    yield* ask("GET /uploads/:id", {}, [file])
    yield* ask("DELETE /uploads/:id", {}, [file])
    yield* Effect.scoped(Effect.gen(function*() {
      const trace = newTrace()
      const body = form("file", secret)
      const client = yield* connect(port)
      const lines = Object.entries({
        ...headers(trace),
        "host": "localhost",
        "connection": "close",
        "content-type": `multipart/form-data; boundary=${boundary}`,
        "content-length": Buffer.byteLength(body)
      })
      client.write(`POST /upload-async HTTP/1.1\r\n${lines.map(([n, v]) => `${n}: ${v}\r\n`).join("")}\r\n`)
      client.write(body.slice(0, 250))
      yield* until(ask("GET /uploads/in-flight/:trace_id", {}, [trace]), ({ status }) => status === 200)
      yield* ask("PUT /uploads/in-flight/:trace_id/pause", {}, [trace])
      client.write(body.slice(250))
      yield* ask("DELETE /uploads/in-flight/:trace_id/pause", {}, [trace])
      yield* client.closed
    }))

    const job = (path: string, more: object = {}) =>
      Effect.map(post(`POST ${path}`, { email: user.email, ...more }), numberOf)
    const jobs = [
      yield* job("/send-notification"),
      yield* job("/send-notification-async"),
      yield* job("/register-user")
    ]
    yield* listen(`/jobs/${jobs[2]}`)
    yield* listen("/nodes")
    yield* listen("/jobs")
    for (const number of jobs) {
      yield* until(ask("GET /jobs/:id", {}, [number]), (answer) => json(answer)["finished_at"] !== null)
    }
    const delayed = yield* job("/send-notification-async", { delay: 604_800 })
    yield* ask("DELETE /jobs/:id", {}, [delayed])
    yield* ask("DELETE /jobs/:id", {}, [jobs[0] ?? 0])
    yield* post("POST /jobs/:id/retry", { note: secret("note") }, [jobs[0] ?? 0])

    asked.add("GET /ws/:client_id")
    yield* Effect.scoped(Effect.gen(function*() {
      const inbox = yield* Queue.unbounded<string>()
      const socket = yield* Effect.acquireRelease(
        Effect.sync(() => new WebSocket(`ws://127.0.0.1:${port}/ws/7?${query}`, { headers: headers() })),
        (socket) => Effect.sync(() => socket.close())
      )
      socket.on("message", (data) => inbox.unsafeOffer(String(data)))
      yield* Effect.async<void>((resume) => void socket.once("open", () => resume(Effect.void)))
      socket.send(secret("message"))
      yield* inbox.take
    }))

    const experiment = yield* post("POST /experiments", { chapter: "parallel", way: "right", knobs: { tasks: 2 } })
    const id = String(json(experiment)["id"])
    yield* post("POST /experiments/predictions", { chapter: "parallel", way: "right", note: secret("note") })
    yield* post("POST /experiments/:id/interruptions", { fiber: 2_000_000_000, note: secret("note") }, [id])
    yield* until(ask("GET /experiments/:id", {}, [id]), (answer) => json(answer)["state"] === "ended")
    yield* ask("DELETE /experiments/:id", {}, [id])
    yield* ask("GET /timelines")
    yield* ask("GET /timelines/:id", {}, [id])
    yield* listen(`/timelines/${id}`)
    yield* ask("GET /timelines/:id", {}, [secret("path")])
    yield* send("GET", "/users", { headers: { authorization: `Basic ${btoa(`${secret("pw")}:${secret("pw")}`)}` } })
    yield* Effect.repeat(Effect.zipRight(turn, Effect.sync(lifecycle.active)), { until: (active) => active <= others })
    return asked
  })
