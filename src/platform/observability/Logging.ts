import { Cause, Context, Effect, HashMap, Layer, List, Logger, LogLevel } from "effect"
import { isatty } from "node:tty"
import { AppConfig } from "../../AppConfig.ts"
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

/** Returns the text of an entry without annotations, cause and spans, as nearly all entries are. */
const textAlone = ({ annotations, cause, message, spans }: Logger.Logger.Options<unknown>): string | undefined => {
  const isAlone = Array.isArray(message) && message.length === 1 && Cause.isEmpty(cause) &&
    HashMap.isEmpty(annotations) && List.isNil(spans)
  const [text]: ReadonlyArray<unknown> = isAlone ? message : []
  return typeof text === "string" ? text : undefined
}

/** Formats an entry as Effect's `Logger.jsonLogger` does, which takes 20 us a line. */
export const jsonLine = (options: Logger.Logger.Options<unknown>): string => {
  const { date, fiberId, logLevel } = options
  const text = textAlone(options)
  return text === undefined || fiberId._tag !== "Runtime"
    ? Logger.jsonLogger.log(options)
    : `{"message":${
      JSON.stringify(text)
    },"logLevel":"${logLevel.label}","timestamp":"${date.toISOString()}","annotations":{},"spans":{},"fiberId":"#${fiberId.id}"}`
}

/** Writes a line, with its line end, into the JSON log; undefined if the log is not JSON. */
export class JsonLines extends Context.Reference<JsonLines>()("barista/platform/observability/JsonLines", {
  defaultValue: (): ((line: string) => void) | undefined => undefined
}) {}

/** Number of log lines dropped so far because the reader was late. */
export class DroppedLines extends Context.Reference<DroppedLines>()("barista/platform/observability/DroppedLines", {
  defaultValue: () => (): number => 0
}) {}

const dropped = (count: number) => `${count} log lines were dropped: nobody read them`

/** Format with one JSON object a line. */
const json = {
  lineOf: () => (options: Logger.Logger.Options<unknown>) => `${jsonLine(options)}\n`,
  notice: (count: number) => `{"message":"${dropped(count)}","logLevel":"WARN"}\n`
}

/** Format for people: several lines if needed, with colours on a terminal. */
const pretty = {
  lineOf: () => prettyText(isatty(1)),
  notice: (count: number) => `WARN: ${dropped(count)}\n`
}

/** Logs to standard output by `LOG_FORMAT` and `LOG_LEVEL`. The server continues even if the reader is gone. */
export const layer = Layer.unwrapScoped(Effect.gen(function*() {
  const { logBacklogBytes, logFormat, logLevel } = yield* AppConfig
  const format = logFormat === "pretty" || (logFormat === "auto" && isatty(1)) ? pretty : json
  const output = yield* LineOutput.make({
    descriptor: yield* standardOutput,
    mostBytes: logBacklogBytes,
    notice: format.notice
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
