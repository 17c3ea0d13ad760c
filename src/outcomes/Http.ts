import { Effect } from "effect"
import type { Handlers } from "../platform/http/contract/Handlers.ts"
import type { OutcomesApi } from "./Api.ts"
import { Outcomes } from "./Outcomes.ts"

/** Handlers that decode, call and encode. */
export const handlers = Effect.map(Outcomes, (outcomes): Handlers<typeof OutcomesApi> => ({
  errorHandling: () => outcomes.collect
}))
