import { Effect, Layer } from "effect"
import { AppConfig } from "./AppConfig.ts"
import { releaseStartMemory } from "./platform/process/releaseStartMemory.ts"
import { reportStartFailure } from "./platform/process/reportStartFailure.ts"
import { runUntilSignal } from "./platform/process/runUntilSignal.ts"
import { TimeSlicedScheduler } from "./platform/scheduler/TimeSlicedScheduler.ts"
import { layer } from "./Server.ts"

const started = Layer.scopedDiscard(Effect.forkScoped(releaseStartMemory))

Layer.launch(Layer.provide(started, layer)).pipe(
  Effect.provide(AppConfig.layer),
  Effect.tapErrorCause(reportStartFailure),
  Effect.withScheduler(new TimeSlicedScheduler()),
  runUntilSignal({ disableErrorReporting: true, disablePrettyLogger: true })
)
