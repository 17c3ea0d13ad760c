import { Effect } from "effect"
import type { Handlers } from "../platform/http/contract/Handlers.ts"
import type { BasicsApi } from "./Api.ts"
import { Basics } from "./Basics.ts"

/** Handlers that decode, call and encode. */
export const handlers = Effect.map(Basics, (basics): Handlers<typeof BasicsApi> => ({
  syncSlow: () => basics.syncSlow,
  asyncSlow: () => basics.asyncSlow,
  syncMultiple: () => basics.syncMultiple,
  asyncMultiple: () => basics.asyncMultiple
}))
