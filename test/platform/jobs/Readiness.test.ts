import { describe, expect, it } from "@effect/vitest"
import { Context, Effect, Exit, Layer } from "effect"
import { AppConfig } from "../../../src/AppConfig.ts"
import { Dispatch } from "../../../src/platform/jobs/engine/Dispatch.ts"
import * as JobEngine from "../../../src/platform/jobs/engine/JobEngine.ts"
import * as JobsReadiness from "../../../src/platform/jobs/jobsReadiness.ts"
import { NotReady } from "../../../src/platform/lifecycle/NotReady.ts"
import { Readiness } from "../../../src/platform/lifecycle/Readiness.ts"
import { Database } from "../../../src/platform/sql/Database.ts"
import * as Databases from "../../support/Database.ts"
import { failureOf } from "../../support/exits.ts"

const engine = Layer.provide(JobEngine.layer, AppConfig.layerWith({}))

describe("a server's readiness", () => {
  it.scoped("needs a database that answers, and a first part in the jobs", () =>
    Effect.gen(function*() {
      let [isPrompt, hasJoined] = [true, false]
      const database = yield* Database
      const dispatch = yield* Dispatch
      const context = yield* Layer.build(
        JobsReadiness.layer.pipe(
          Layer.provide(Layer.succeed(Database, { ...database, isPrompt: () => isPrompt })),
          Layer.provide(Layer.succeed(Dispatch, { ...dispatch, hasJoined: () => hasJoined }))
        )
      )
      const { check } = Context.get(context, Readiness)
      expect(failureOf(yield* Effect.exit(check))).toEqual(new NotReady({ reason: "jobs" }))
      hasJoined = true
      expect(yield* Effect.exit(check)).toEqual(Exit.void)
      isPrompt = false
      expect(failureOf(yield* Effect.exit(check))).toEqual(new NotReady({ reason: "database" }))
    }).pipe(Effect.provide(Layer.provideMerge(engine, Databases.layer))))
})
