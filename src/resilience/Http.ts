import { Duration, Effect } from "effect"
import type { Handlers } from "../platform/http/contract/Handlers.ts"
import { Policies } from "../policy/Policies.ts"
import type { ResilienceApi } from "./Api.ts"
import { Resilience } from "./Resilience.ts"

const seconds = (timeout: number | undefined) => (timeout === undefined ? undefined : Duration.seconds(timeout))

/** Handlers that decode, call and encode. */
export const handlers = Effect.map(
  Effect.all([Resilience, Policies], { concurrency: 1 }),
  ([resilience, policies]): Handlers<typeof ResilienceApi> => ({
    unreliable: ({ urlParams }) => resilience.unreliable(urlParams.succeed_on),
    withTimeout: ({ urlParams }) => resilience.withTimeout(seconds(urlParams.timeout)),
    policies: () =>
      Effect.map(policies.figures, (all) => all.map(({ name, policy, state }) => ({ name, policy, state })))
  })
)
