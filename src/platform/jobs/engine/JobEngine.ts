import { MessageStorage, Sharding } from "@effect/cluster"
import type { SqlError } from "@effect/sql"
import { WorkflowEngine } from "@effect/workflow"
import { type ConfigError, Context, Effect, Layer, Scope } from "effect"
import { AppConfig } from "../../../AppConfig.ts"
import { inBackground } from "../../scheduler/background.ts"
import { Database } from "../../sql/Database.ts"
import { Notifications } from "../../sql/Notifications.ts"
import { orDefect } from "../../sql/orDefect.ts"
import { Dispatch } from "./Dispatch.ts"
import * as SharedEngine from "./sharedEngine.ts"
import * as SoleEngine from "./soleEngine.ts"

type Engine = Layer.Layer<
  Dispatch | MessageStorage.MessageStorage | Sharding.Sharding | WorkflowEngine.WorkflowEngine,
  ConfigError.ConfigError | SqlError.SqlError,
  AppConfig | Database | Notifications
>

/** Servers share a PostgreSQL database, and an SQLite file has one. */
const engine = Layer.unwrapEffect(
  Effect.map(Database, ({ connections }): Engine => connections === undefined ? SoleEngine.layer : SharedEngine.layer)
)

/**
 * The workflow engine: @effect/workflow on a runner embedded in each server, with its messages in Barista's database.
 * After a crash a run resumes after its finished activities.
 */
export const layer = Layer.scopedContext(
  // Picks only the needed services, because the engine's fibers copy their context some thousand times a job.
  Effect.mapInputContext(
    Effect.map(
      // The engine makes its tables.
      Effect.flatMap(Database, ({ exclusively }) => orDefect(exclusively(inBackground(Layer.build(engine))))),
      Context.pick(Dispatch, MessageStorage.MessageStorage, Sharding.Sharding, WorkflowEngine.WorkflowEngine)
    ),
    (context: Context.Context<AppConfig | Database | Notifications | Scope.Scope>) =>
      Context.pick(AppConfig, Database, Notifications, Scope.Scope)(context)
  )
)
