import { type Clock, DateTime, Effect, FiberRef, LogLevel, Runtime } from "effect"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Socket } from "node:net"
import { AppConfig } from "../../../AppConfig.ts"
import { jsonLine } from "../../observability/jsonLine.ts"
import { JsonLines } from "../../observability/Logging.ts"
import { endOfTurn } from "../../scheduler/endOfTurn.ts"
import type { Incoming } from "../exchange/Incoming.ts"
import { originForm, pathOf } from "../exchange/target.ts"
import { traceOf } from "../rules/Conformance.ts"

/** Status of a client that left before its answer began, numbered as in nginx. */
const clientClosedRequest = 499

const statusOf = ({ headersSent, statusCode }: ServerResponse) => headersSent ? statusCode : clientClosedRequest

/** Fields of one line. */
interface Entry {
  readonly method: string
  /** Without the query, which carries users' input, and without the user of an absolute URL. */
  readonly path: string
  readonly status: number
  /** Milliseconds since the request's arrival. */
  readonly duration_ms: number
  readonly trace_id: string
  /** Peer address of the connection; behind a proxy, the proxy's address. */
  readonly client: string
  /** Set only if the answer was not sent completely. */
  readonly aborted?: true
}

const entryOf = (request: IncomingMessage, status: number, began: number, isAborted: boolean): Entry => ({
  method: request.method ?? "-",
  path: pathOf(originForm(request.url ?? "")),
  status,
  duration_ms: Math.round((performance.now() - began) * 10) / 10,
  trace_id: traceOf(request),
  client: request.socket.remoteAddress ?? "-",
  ...(isAborted ? { aborted: true } : {})
})

const messageOf = ({ method, path, status }: Entry) => `${method} ${path} ${status}`

const logged = (entry: Entry): Effect.Effect<void> =>
  Effect.annotateLogs(Effect.logInfo(messageOf(entry)), { ...entry })

/** Formats the current time, at most once a millisecond. */
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

/** Writes the log of answers. */
export interface AccessLog {
  /** Makes node keep the peer's address, which is gone once the connection is closed. */
  readonly connected: (socket: Socket) => void
  readonly request: (response: ServerResponse) => void
  /** Logs a websocket when it closes. */
  readonly upgrade: (request: Incoming) => void
}

/**
 * Makes the log of the answers that `ACCESS_LOG` selects, one line each, at level info; undefined if no line is wanted.
 * Lines are made and written at the end of the event loop's turn, after the answers.
 */
export const make = Effect.gen(function*() {
  const { accessLog } = yield* AppConfig
  const least = yield* FiberRef.get(FiberRef.currentMinimumLogLevel)
  if (accessLog === "none" || LogLevel.greaterThan(least, LogLevel.Info)) return undefined
  const runtime = yield* Effect.runtime<never>()
  const writeJson = yield* JsonLines
  const timestamp = timestamps(yield* Effect.clock)
  const write = endOfTurn<Entry>((entry) => {
    if (writeJson === undefined) Runtime.runFork(runtime, logged(entry))
    else {writeJson(
        jsonLine({ message: messageOf(entry), logLevel: "INFO", timestamp: timestamp(), annotations: entry })
      )}
  })
  const isLogged = (status: number) => accessLog === "all" || status >= 400
  const log: AccessLog = {
    connected: (socket) => void socket.remoteAddress,
    request: (response) => {
      const began = performance.now()
      response.on("close", () => {
        const status = statusOf(response)
        if (isLogged(status)) write(entryOf(response.req, status, began, !response.writableFinished))
      })
    },
    upgrade: (request) => {
      const began = performance.now()
      request.socket.on("close", () => {
        const status = request.upgraded ?? clientClosedRequest
        if (isLogged(status)) write(entryOf(request, status, began, request.upgraded === undefined))
      })
    }
  }
  return log
})
