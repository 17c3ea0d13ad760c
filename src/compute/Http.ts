import { Effect } from "effect"
import type { Handlers } from "../platform/http/contract/Handlers.ts"
import type { ComputeApi } from "./Api.ts"
import { Compute } from "./Compute.ts"

/** Handlers that decode, call and encode. */
export const handlers = Effect.map(Compute, (compute): Handlers<typeof ComputeApi> => ({
  goodAsyncUsage: () => compute.goodUsage,
  badAsyncUsage: ({ urlParams }) => compute.blockingSum(urlParams.n),
  cpuIntensiveAsync: ({ urlParams }) => compute.sum(urlParams.n)
}))
