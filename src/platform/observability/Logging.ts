import { type Clock, Context, DateTime, Effect, Layer, Logger, LogLevel } from "effect"
import { isatty } from "node:tty"
import { AppConfig } from "../../AppConfig.ts"
import { jsonLine, jsonText } from "./jsonLine.ts"
import * as LineOutput from "./LineOutput.ts"
import { prettyText } from "./prettyText.ts"
import { standardOutput } from "./standardOutput.ts"

const levels = {
  trace: LogLevel.Trace,
  debug: LogLevel.Debug,
  info: LogLevel.Info,
  warning: LogLevel.Warning,
  error: LogLevel.Error,
  none: LogLevel.None
}

/** Writes a line, with its line end, into the JSON log; undefined if the log is not JSON. */
export class JsonLines extends Context.Reference<JsonLines>()("barista/platform/observability/JsonLines", {
  defaultValue: (): ((line: string) => void) | undefined => undefined
}) {}

/** Number of log lines dropped so far, because standard output did not take them in time. */
export class DroppedLines extends Context.Reference<DroppedLines>()("barista/platform/observability/DroppedLines", {
  defaultValue: () => (): number => 0
}) {}

const dropped = (count: number) => `${count} log lines were dropped: standard output did not take them in time`

/** Format with one JSON object a line. */
const json = {
  lineOf: () => jsonText,
  notice: (clock: Clock.Clock) => (count: number) =>
    jsonLine({
      message: dropped(count),
      logLevel: "WARN",
      timestamp: DateTime.formatIso(DateTime.unsafeMake(clock.unsafeCurrentTimeMillis()))
    })
}

/** Format for people: several lines if needed, with colours on a terminal. */
const pretty = {
  lineOf: () => prettyText(isatty(1)),
  notice: () => (count: number) => `WARN: ${dropped(count)}\n`
}

/** Logs to standard output by `LOG_FORMAT` and `LOG_LEVEL`. The server continues even if the reader is gone. */
export const layer = Layer.unwrapScoped(Effect.gen(function*() {
  const { logBacklogBytes, logFormat, logLevel } = yield* AppConfig
  const format = logFormat === "pretty" || (logFormat === "auto" && isatty(1)) ? pretty : json
  const output = yield* LineOutput.make({
    descriptor: yield* standardOutput,
    mostBytes: logBacklogBytes,
    notice: format.notice(yield* Effect.clock)
  })
  const lineOf = format.lineOf()
  const logger = Logger.make<unknown, void>((options) => output.add(lineOf(options)))
  return Layer.mergeAll(
    Logger.replace(Logger.defaultLogger, logger),
    Layer.succeed(DroppedLines, output.dropped),
    Layer.succeed(JsonLines, format === json ? output.add : undefined),
    Logger.minimumLogLevel(levels[logLevel])
  )
}))
