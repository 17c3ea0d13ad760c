import { FetchHttpClient, HttpApi, HttpClient } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Layer, Logger, Queue, Stream } from "effect"
import { createServer, type ServerResponse } from "node:http"
import { AppConfig } from "../../src/AppConfig.ts"
import { ChatMembers } from "../../src/domain/ChatMembers.ts"
import { MonitoringApi } from "../../src/monitoring/Api.ts"
import { handlers } from "../../src/monitoring/Http.ts"
import { Monitoring } from "../../src/monitoring/Monitoring.ts"
import { Nodes } from "../../src/platform/jobs/Nodes.ts"
import { Lifecycle } from "../../src/platform/lifecycle/Lifecycle.ts"
import { NotReady } from "../../src/platform/lifecycle/NotReady.ts"
import { Readiness } from "../../src/platform/lifecycle/Readiness.ts"
import { asker } from "../support/ask.ts"
import { serve } from "../support/serve.ts"

const short = Duration.millis(1)
const api = HttpApi.make("test").add(MonitoringApi)

/** No servers, which these tests do not ask for. */
const nodes = Layer.merge(
  Layer.succeed(Nodes, {
    list: Effect.die("unexpected"),
    watch: Stream.empty
  }),
  Layer.succeed(ChatMembers, Effect.succeed(new Map()))
)

const layer = Layer.merge(Monitoring.layer, nodes).pipe(
  Layer.provideMerge(
    Layer.merge(Lifecycle.layer, AppConfig.layerWith({ monitoredDuration: short, measuredDuration: short }))
  )
)

describe("GET /health", () => {
  it.effect("is always alive, and ready between start and stop", () =>
    Effect.gen(function*() {
      const lifecycle = yield* Lifecycle
      const ask = yield* asker(api, { monitoring: yield* handlers })
      const notReady = (reason: string) => ({ status: 503, body: { _tag: "NotReady", status: 503, reason } })
      const ok = { status: 200, body: { status: "ok" } }

      expect(yield* ask("/health/live")).toMatchObject(ok)
      const starting = yield* ask("/health/ready")
      expect(starting).toMatchObject(notReady("starting"))
      expect(starting.headers.get("content-type")).toBe("application/problem+json")
      expect(starting.headers.get("retry-after")).toBe("1")

      yield* lifecycle.enter("ready")
      expect(yield* ask("/health/live")).toMatchObject(ok)
      expect(yield* ask("/health/ready")).toMatchObject(ok)

      yield* lifecycle.enter("stopping")
      expect(yield* ask("/health/live")).toMatchObject(ok)
      expect(yield* ask("/health/ready")).toMatchObject(notReady("stopping"))
    }).pipe(Effect.provide(layer)))
})

describe("GET /health/ready of a started server", () => {
  it.effect("says in both languages why it should get no requests", () =>
    Effect.gen(function*() {
      let reason: NotReady["reason"] = "database"
      const readiness = Layer.succeed(Readiness, { check: Effect.suspend(() => new NotReady({ reason })) })
      yield* Effect.gen(function*() {
        yield* (yield* Lifecycle).enter("ready")
        const ask = yield* asker(api, { monitoring: yield* handlers })
        const detail = (language: string) =>
          Effect.map(
            ask("/health/ready", language),
            ({ body, headers, status }) => [
              status,
              headers.get("retry-after"),
              body
            ]
          )
        expect(yield* detail("en")).toMatchObject([503, "5", {
          reason: "database",
          detail: "The server gets no answer from its database."
        }])
        expect(yield* detail("fr")).toMatchObject([503, "5", {
          reason: "database",
          detail: "Le serveur ne reçoit pas de réponse de sa base de données."
        }])
        reason = "jobs"
        expect(yield* detail("en")).toMatchObject([503, "1", {
          reason: "jobs",
          detail: "The server does not take part in the jobs yet."
        }])
        expect(yield* detail("fr")).toMatchObject([503, "1", {
          reason: "jobs",
          detail: "Le serveur ne prend pas encore part aux tâches."
        }])
        // asks nobody
        expect((yield* ask("/health/live")).status).toBe(200)
      }).pipe(Effect.provide(Layer.provide(layer, readiness)))
    }))
})

describe("GET /monitored-endpoint and /measured", () => {
  it.live("answer, and the monitored line comes once the answer is handed to the network, the measured one before", () =>
    Effect.gen(function*() {
      const logged = yield* Queue.unbounded<{ readonly line: string; readonly answered: boolean | undefined }>()
      let response: ServerResponse | undefined
      const logger = Logger.replace(
        Logger.defaultLogger,
        Logger.make(({ message }) => {
          Queue.unsafeOffer(logged, { line: String(message), answered: response?.writableEnded })
        })
      )
      const node = createServer().on("request", (_, created) => {
        response = created
      })
      const { url } = yield* Effect.provide(serve(api, { monitoring: yield* handlers }, node), logger)
      const client = yield* HttpClient.HttpClient
      const ask = (path: string) => Effect.flatMap(client.get(new URL(path, url)), (answer) => answer.json)

      expect(yield* ask("/monitored-endpoint/")).toEqual({ data: "some result" })
      expect(yield* Queue.take(logged)).toEqual({
        line: expect.stringMatching(/^monitored_endpoint completed in \d+\.\d{2}s$/),
        answered: true
      })
      expect(yield* ask("/measured/")).toEqual({ message: "Measured operation" })
      expect(yield* Queue.take(logged)).toEqual({
        line: expect.stringMatching(/^measured_endpoint took \d+\.\d{3} seconds$/),
        answered: false
      })
    }).pipe(Effect.scoped, Effect.provide(Layer.merge(layer, FetchHttpClient.layer))))
})
