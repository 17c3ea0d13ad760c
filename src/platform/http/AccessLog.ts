import { type Clock, DateTime, Effect, FiberRef, LogLevel, Runtime } from "effect"
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
const pathOf = (url: string): string => {
  const end = url.indexOf("?")
  return end < 0 ? url : url.slice(0, end)
}

const statusOf = ({ headersSent, statusCode }: ServerResponse) => headersSent ? statusCode : clientClosedRequest

/** What one line says of an answer. */
interface Entry {
  readonly method: string
  readonly path: string
  readonly status: number
  /** In milliseconds, from the request's arrival. */
  readonly duration: number
  /** Not all of the answer was sent. */
  readonly isAborted: boolean
}

const entryOf = (response: ServerResponse, began: number): Entry => ({
  method: response.req.method ?? "",
  path: pathOf(response.req.url ?? ""),
  status: statusOf(response),
  duration: Math.round((performance.now() - began) * 10) / 10,
  isAborted: !response.writableFinished
})

/** As the log's other lines, whose logger would take several times as long. */
const jsonLine = ({ duration, isAborted, method, path, status }: Entry, timestamp: string): string => {
  const quoted = JSON.stringify(path)
  const aborted = isAborted ? ",\"aborted\":true" : ""
  return `{"message":"${method} ${quoted.slice(1, -1)} ${status}","logLevel":"INFO","timestamp":"${timestamp}",` +
    `"annotations":{"method":"${method}","path":${quoted},"status":${status},"duration_ms":${duration}${aborted}},` +
    `"spans":{},"fiberId":""}\n`
}

const logged = ({ duration, isAborted, method, path, status }: Entry): Effect.Effect<void> =>
  Effect.annotateLogs(Effect.logInfo(`${method} ${path} ${status}`), {
    method,
    path,
    status,
    duration_ms: duration,
    ...(isAborted ? { aborted: true } : {})
  })

/** The time as text, made once a millisecond. */
const timestamps = (clock: Clock.Clock) => {
  let at = 0
  let text = ""
  return () => {
    const now = clock.unsafeCurrentTimeMillis()
    if (now !== at) text = DateTime.formatIso(DateTime.unsafeMake(now))
    at = now
    return text
  }
}

/**
 * A line in the log, at level info, for each answer that `ACCESS_LOG` asks for, by a listener for the server's requests: undefined where there are to
 * be none. It is made and written at the end of the event loop's turn, behind the answers. Upgrades, and what cannot be parsed, are no requests
 * to node, and get none.
 */
export const listener: Effect.Effect<RequestListener | undefined, never, AppConfig> = Effect.gen(function*() {
  const { accessLog } = yield* AppConfig
  const least = yield* FiberRef.get(FiberRef.currentMinimumLogLevel)
  if (accessLog === "none" || LogLevel.greaterThan(least, LogLevel.Info)) return undefined
  const runtime = yield* Effect.runtime<never>()
  const writeJson = yield* JsonLines
  const timestamp = timestamps(yield* Effect.clock)
  const write = endOfTurn<Entry>((entry) => {
    if (writeJson === undefined) Runtime.runFork(runtime, logged(entry))
    else writeJson(jsonLine(entry, timestamp()))
  })
  return (_, response) => {
    const began = performance.now()
    response.on("close", () => {
      if (accessLog === "all" || statusOf(response) >= 400) write(entryOf(response, began))
    })
  }
})
