import { Cause, Context, Effect, HashMap, Layer, List, Logger, LogLevel } from "effect"
import { AppConfig } from "../../AppConfig.ts"
import * as LineOutput from "./LineOutput.ts"

const levels = {
  trace: LogLevel.Trace,
  debug: LogLevel.Debug,
  info: LogLevel.Info,
  warning: LogLevel.Warning,
  error: LogLevel.Error,
  none: LogLevel.None
}

/** What a line says is a text alone, with nothing beside it: all but a few lines. */
const textAlone = ({ annotations, cause, message, spans }: Logger.Logger.Options<unknown>): string | undefined => {
  const isAlone = Array.isArray(message) && message.length === 1 && Cause.isEmpty(cause) &&
    HashMap.isEmpty(annotations) && List.isNil(spans)
  const [text]: ReadonlyArray<unknown> = isAlone ? message : []
  return typeof text === "string" ? text : undefined
}

/** Effect's `Logger.jsonLogger`, which takes 20 us for a line. */
export const jsonLine = (options: Logger.Logger.Options<unknown>): string => {
  const { date, fiberId, logLevel } = options
  const text = textAlone(options)
  return text === undefined || fiberId._tag !== "Runtime"
    ? Logger.jsonLogger.log(options)
    : `{"message":${
      JSON.stringify(text)
    },"logLevel":"${logLevel.label}","timestamp":"${date.toISOString()}","annotations":{},"spans":{},"fiberId":"#${fiberId.id}"}`
}

/** Writes a line, with its end, among those of the JSON log; undefined where the log is not JSON. */
export class JsonLines extends Context.Reference<JsonLines>()("barista/platform/observability/JsonLines", {
  defaultValue: (): ((line: string) => void) | undefined => undefined
}) {}

/** One JSON object a line, on standard output. */
const json = Layer.unwrapScoped(Effect.gen(function*() {
  const { logBacklogBytes } = yield* AppConfig
  // node opens it when it is first asked for, and makes a pipe one that does not block
  const write = yield* LineOutput.make(process.stdout.fd, logBacklogBytes)
  const logger = Logger.make((options) => write(`${jsonLine(options)}\n`))
  return Layer.merge(Logger.replace(Logger.defaultLogger, logger), Layer.succeed(JsonLines, write))
}))

/** The log as `LOG_FORMAT` and `LOG_LEVEL` ask for it. */
export const layer = Layer.unwrapEffect(Effect.map(AppConfig, ({ logFormat, logLevel }) => {
  const pretty = logFormat === "pretty" || (logFormat === "auto" && process.stdout.isTTY)
  return Layer.merge(pretty ? Logger.pretty : json, Logger.minimumLogLevel(levels[logLevel]))
}))
