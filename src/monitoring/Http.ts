import { Effect } from "effect"
import type { Handlers } from "../platform/http/contract/Handlers.ts"
import type { MonitoringApi } from "./Api.ts"
import { Monitoring } from "./Monitoring.ts"

const healthy = { status: "ok" } as const

/** Handlers that decode, call and encode. */
export const handlers = Effect.map(Monitoring, (monitoring): Handlers<typeof MonitoringApi> => ({
  monitoredEndpoint: () => monitoring.monitored,
  measured: () => monitoring.measured,
  live: () => Effect.succeed(healthy),
  ready: () => Effect.as(monitoring.ready, healthy)
}))
