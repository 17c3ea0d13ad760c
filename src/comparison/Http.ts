import { Effect } from "effect"
import type { Handlers } from "../platform/http/contract/Handlers.ts"
import type { ComparisonApi } from "./Api.ts"
import { Comparison } from "./Comparison.ts"

/** Handlers that decode, call and encode. */
export const handlers = Effect.map(Comparison, (comparison): Handlers<typeof ComparisonApi> => ({
  perfTestSync: () => comparison.synchronous,
  perfTestAsync: () => comparison.asynchronous
}))
