import { Effect } from "effect"
import type { Handlers } from "../platform/http/contract/Handlers.ts"
import type { MetricsApi } from "./Api.ts"
import { Metrics } from "./Metrics.ts"

/** Handlers that decode, call and encode. */
export const handlers = Effect.map(Metrics, (metrics): Handlers<typeof MetricsApi> => ({
  scrape: () => metrics.text
}))
