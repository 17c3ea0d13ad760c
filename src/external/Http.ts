import { Effect } from "effect"
import type { Handlers } from "../platform/http/contract/Handlers.ts"
import type { ExternalApi } from "./Api.ts"
import { ExternalCalls } from "./ExternalCalls.ts"

/** Handlers that decode, call and encode. */
export const handlers = Effect.map(ExternalCalls, (calls): Handlers<typeof ExternalApi> => ({
  badExternalCalls: () => calls.blocking,
  goodExternalCalls: () => calls.single,
  parallelExternalCalls: () => calls.parallel,
  safeParallelCalls: () => calls.safe
}))
