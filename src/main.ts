import { NodeRuntime } from "@effect/platform-node"
import { Cause, ConfigError, Effect, Layer } from "effect"
import { AppConfig } from "./AppConfig.ts"
import { layer } from "./Server.ts"

const reason = (error: unknown): string =>
  ConfigError.isConfigError(error) ? String(error) : error instanceof Error ? error.message : String(error)

/** A start that fails says why in one line a reason, not with a stack. */
const report = (cause: Cause.Cause<unknown>) =>
  Cause.isInterruptedOnly(cause)
    ? Effect.void
    : Effect.sync(() => {
      const lines = [...Cause.failures(cause)].map(reason)
      const defects = [...Cause.defects(cause)].map((defect) => Cause.pretty(Cause.die(defect)))
      process.stderr.write(`barista cannot start:\n  ${[...lines, ...defects].join("\n  ")}\n`)
    })

Layer.launch(layer).pipe(
  Effect.provide(AppConfig.layer),
  Effect.tapErrorCause(report),
  NodeRuntime.runMain({ disableErrorReporting: true, disablePrettyLogger: true })
)
