import { Cookies, type HttpServerResponse } from "@effect/platform"
import { NodeStream } from "@effect/platform-node"
import { Runtime } from "effect"
import type { OutgoingHttpHeaders, ServerResponse } from "node:http"
import { pipeline, Readable } from "node:stream"
import { comment } from "../contract/EventStream.ts"
import { type Answer, TextAnswer } from "../exchange/Answer.ts"
import { Incoming } from "../exchange/Incoming.ts"
import { linkOf, serverTimingOf } from "./timing.ts"

type Response = HttpServerResponse.HttpServerResponse

/**
 * Called when all resources of an answer are released. `failure` is set if the server's own error broke the body off.
 */
type Ended = (failure?: unknown) => void

const headersOf = ({ cookies, headers }: Response, response: ServerResponse): OutgoingHttpHeaders => {
  const timing = serverTimingOf(response.req)
  const link = linkOf(response.req)
  const written = {
    ...headers,
    ...(timing !== undefined && { "server-timing": timing }),
    ...(link !== undefined && { link: headers["link"] === undefined ? link : `${headers["link"]}, ${link}` }),
    ...(!Cookies.isEmpty(cookies) && { "set-cookie": Cookies.toSetCookieHeaders(cookies) })
  }
  const { shouldKeepAlive } = response
  const { connection } = headers
  // Node takes any `Connection` header for a wish to keep the connection (RFC 9112, 9.6).
  return connection === undefined || shouldKeepAlive ? written : { ...written, connection: `${connection}, close` }
}

/** Adds the headers of the moment to a copy, since some texts are written many times. */
const textHeadersOf = ({ headers }: TextAnswer, { req }: ServerResponse): Array<string> => {
  const timing = serverTimingOf(req)
  const link = linkOf(req)
  if (timing === undefined) return headers
  // `concat` takes five times as long
  return link === undefined
    ? [...headers, "server-timing", timing]
    : [...headers, "server-timing", timing, "link", link]
}

/** Returns the content of a body: nothing, a whole text or bytes, or a stream of chunks. */
const contentOf = ({ body }: Response, runtime: () => Runtime.Runtime<never>) => {
  if (body._tag === "Stream") return Runtime.runSync(runtime())(NodeStream.toReadable(body.stream))
  const content = body._tag === "Uint8Array" || body._tag === "Raw" ? body.body : undefined
  return typeof content === "string" || content instanceof Uint8Array || content instanceof Readable
    ? content
    : undefined
}

/**
 * Limit of listeners for one event of a response: access log, metrics, adapter, lifecycle, and node's own for a
 * pipeline. Each response has a fixed number, at times above the ten from which node warns of a leak.
 */
const mostListeners = 16

/**
 * Pipes with backpressure. A failing source cuts the connection, so that no client takes a part for the whole; a
 * leaving client destroys the source. Completes when the source is closed and its resources are released.
 */
const pipe = (source: Readable, response: ServerResponse, isEventStream: boolean, ended: Ended): void => {
  response.setMaxListeners(mostListeners)
  // A probe cannot cut an event in two, because the stream writes whole events.
  if (isEventStream) response.on("probe", () => response.write(comment))
  pipeline(source, response, (error) => {
    const failure = error?.code === "ERR_STREAM_PREMATURE_CLOSE" ? undefined : error ?? undefined
    if (source.closed) ended(failure)
    else source.once("close", () => ended(failure))
  })
}

/** Writes an answer. The runtime runs a streamed body; other answers make none. */
export const writeAnswer = (
  answer: Answer,
  response: ServerResponse,
  runtime: () => Runtime.Runtime<never>,
  ended: Ended
): void => {
  if (response.req instanceof Incoming && response.req.recorded !== undefined) {
    response.req.recorded.status = answer.status
  }
  if (answer instanceof TextAnswer) {
    response.writeHead(answer.status, textHeadersOf(answer, response))
    // Node writes a text together with the head, and no body for HEAD.
    response.end(answer.body)
    ended()
    return
  }
  response.writeHead(answer.status, headersOf(answer, response))
  const content = contentOf(answer, runtime)
  if (content instanceof Readable && response.req.method !== "HEAD") {
    pipe(content, response, answer.headers["content-type"] === "text/event-stream", ended)
    return
  }
  if (content instanceof Readable) {
    content.destroy()
    response.end()
  } else {
    // Node writes no body for HEAD.
    response.end(content)
  }
  ended()
}
