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

/** How many lines of the log were dropped so far, as nobody read them. */
export class DroppedLines extends Context.Reference<DroppedLines>()("barista/platform/observability/DroppedLines", {
  defaultValue: () => (): number => 0
}) {}

const dropped = (count: number) => `${count} log lines were dropped: nobody read them`

/** One JSON object a line. */
const json = {
  lineOf: () => (options: Logger.Logger.Options<unknown>) => `${jsonLine(options)}\n`,
  notice: (count: number) => `{"message":"${dropped(count)}","logLevel":"WARN"}\n`
}

/** For people: several lines where there is more to say, in colours on a terminal. */
const pretty = {
  lineOf: () => prettyText(isatty(1)),
  notice: (count: number) => `WARN: ${dropped(count)}\n`
}

/** The log on standard output, as `LOG_FORMAT` and `LOG_LEVEL` ask for it; whatever becomes of its reader, the server goes on. */
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
