import { Effect, Layer } from "effect"
import { NotReady } from "../lifecycle/NotReady.ts"
import { Readiness } from "../lifecycle/Readiness.ts"
import { Database } from "../sql/Database.ts"
import { Dispatch } from "./engine/Dispatch.ts"

/**
 * A server is ready while its database answers, once it takes part in the jobs. Neither its part of the jobs nor
 * overdue jobs count (README of `monitoring`): they say nothing about requests, and would be the same on all servers.
 */
export const layer = Layer.effect(
  Readiness,
  Effect.gen(function*() {
    const { hasJoined } = yield* Dispatch
    const { isPrompt } = yield* Database
    return {
      check: Effect.suspend(() => {
        if (!isPrompt()) return new NotReady({ reason: "database" })
        return hasJoined() ? Effect.void : new NotReady({ reason: "jobs" })
      })
    }
  })
)
