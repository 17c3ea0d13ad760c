import { Effect, Layer } from "effect"
import { AppConfig } from "./AppConfig.ts"
import { reportStartFailure } from "./platform/process/reportStartFailure.ts"
import { runUntilSignal } from "./platform/process/runUntilSignal.ts"
import { TimeSlicedScheduler } from "./platform/scheduler/TimeSlicedScheduler.ts"
import { layer } from "./Server.ts"

Layer.launch(layer).pipe(
  Effect.provide(AppConfig.layer),
  Effect.tapErrorCause(reportStartFailure),
  Effect.withScheduler(new TimeSlicedScheduler()),
  runUntilSignal({ disableErrorReporting: true, disablePrettyLogger: true })
)
