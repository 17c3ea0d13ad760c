import { ConfigProvider, Duration, Effect, Layer, Option } from "effect"
import type { Values } from "../../src/AppConfig.ts"
import * as Httpbin from "../../src/platform/upstream/Httpbin.ts"
import * as LoopbackServer from "./LoopbackServer.ts"
import { TestServer } from "./TestServer.ts"

// Parts that take no time, for tests of answers. Other tests check the times on the Clock.

/** An httpbin that does not sleep. */
export const upstream = LoopbackServer.make((request, response) => {
  const url = new URL(request.url ?? "/", `http://${request.headers.host}`)
  const { json, status } = Httpbin.answer(url, {}, "127.0.0.1")
  response.writeHead(status, { "content-type": "application/json" })
  response.end(json === undefined ? "" : JSON.stringify(json))
})

const moment = Duration.millis(1)

/** Settings under which every operation of the handbook takes a moment. */
export const settings = {
  slowDuration: moment,
  taskDuration: moment,
  comparisonTaskDuration: moment,
  riskyTaskDuration: moment,
  monitoredDuration: moment,
  measuredDuration: moment,
  batchItemDuration: moment,
  // an experiment takes long, and has tests of its own
  labExperiments: 0
}

/** Environment under which the unreliable operation pauses for a moment between its attempts. */
export const retry = [
  "POLICY_UNRELIABLE",
  `{"retry":{"attempts":3,"backoff":{"kind":"linear","base":"1 millis"}}}`
] as const

/** Reads the policies from these variables instead of the environment. */
export const withPolicies = (...variables: ReadonlyArray<readonly [string, string]>) =>
  Layer.provide(Layer.setConfigProvider(ConfigProvider.fromMap(new Map(variables))))

/** The product's own server with that upstream, those settings and some others. */
export const serverWith = (overrides: Partial<Values>) =>
  Layer.unwrapScoped(
    Effect.map(upstream, ({ url }) => TestServer.layer({ ...settings, upstreamUrl: Option.some(url), ...overrides }))
  )

export const server = serverWith({})
