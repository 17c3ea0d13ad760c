import { Effect, Layer, Logger, LogLevel } from "effect"
import { AppConfig } from "../../AppConfig.ts"

const levels = {
  trace: LogLevel.Trace,
  debug: LogLevel.Debug,
  info: LogLevel.Info,
  warning: LogLevel.Warning,
  error: LogLevel.Error,
  none: LogLevel.None
}

/** The log as `LOG_FORMAT` and `LOG_LEVEL` ask for it. */
export const layer = Layer.unwrapEffect(Effect.map(AppConfig, ({ logFormat, logLevel }) => {
  const pretty = logFormat === "pretty" || (logFormat === "auto" && process.stdout.isTTY)
  return Layer.merge(pretty ? Logger.pretty : Logger.json, Logger.minimumLogLevel(levels[logLevel]))
}))
