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
