import { Effect, FiberRef, LogLevel, Runtime } from "effect"
import type { RequestListener, ServerResponse } from "node:http"
import { AppConfig } from "../../AppConfig.ts"
import { JsonLines } from "../observability/Logging.ts"
import { endOfTurn } from "../scheduler/endOfTurn.ts"

/** A client that left before an answer began, as nginx numbers it. */
const clientClosedRequest = 499

/**
 * The path as it was asked for, without its query, which carries what people have typed. Node refuses a target of other characters than the
 * printable ones of ASCII.
 */
const pathOf = (url: string): string => url.split("?", 1)[0] ?? ""

const statusOf = ({ headersSent, statusCode }: ServerResponse) => headersSent ? statusCode : clientClosedRequest

/** What one line says of an answer. */
const entryOf = (response: ServerResponse, milliseconds: number) => ({
  method: response.req.method ?? "",
  path: pathOf(response.req.url ?? ""),
  status: statusOf(response),
  duration_ms: Number(milliseconds.toFixed(1)),
  // not all of the answer was sent
  ...(response.writableFinished ? {} : { aborted: true })
})

type Entry = ReturnType<typeof entryOf>

const messageOf = ({ method, path, status }: Entry) => `${method} ${path} ${status}`

/** As the log's other lines, whose loggers would take ten times as long. */
const jsonLine = (entry: Entry): string =>
  `{"message":${JSON.stringify(messageOf(entry))},"logLevel":"INFO","timestamp":"${
    new Date().toISOString()
  }","annotations":${JSON.stringify(entry)},"spans":{},"fiberId":""}\n`

/**
 * A line in the log for each answer that `ACCESS_LOG` asks for, by a listener for the server's requests: undefined where there are to be none. It
 * is made and written at the end of the event loop's turn, behind the answers.
 */
export const listener: Effect.Effect<RequestListener | undefined, never, AppConfig> = Effect.gen(function*() {
  const { accessLog } = yield* AppConfig
  const least = yield* FiberRef.get(FiberRef.currentMinimumLogLevel)
  if (accessLog === "none" || LogLevel.greaterThan(least, LogLevel.Info)) return undefined
  const runtime = yield* Effect.runtime<never>()
  const writeJson = yield* JsonLines
  const write = endOfTurn<Entry>((entry) => {
    if (writeJson !== undefined) writeJson(jsonLine(entry))
    else Runtime.runFork(runtime, Effect.annotateLogs(Effect.logInfo(messageOf(entry)), entry))
  })
  return (_, response) => {
    const began = performance.now()
    response.once("close", () => {
      if (accessLog === "all" || statusOf(response) >= 400) write(entryOf(response, performance.now() - began))
    })
  }
})
