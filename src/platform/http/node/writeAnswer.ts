import { Cookies, type HttpServerResponse } from "@effect/platform"
import { NodeStream } from "@effect/platform-node"
import { Runtime } from "effect"
import type { OutgoingHttpHeaders, ServerResponse } from "node:http"
import { pipeline, Readable } from "node:stream"
import { comment } from "../contract/EventStream.ts"
import { type Answer, TextAnswer } from "../exchange/Answer.ts"

type Response = HttpServerResponse.HttpServerResponse

/** Told when nothing is left to do for an answer on our side, with what broke its body off if anything of ours did. */
type Ended = (failure?: unknown) => void

const headersOf = ({ cookies, headers }: Response, { shouldKeepAlive }: ServerResponse): OutgoingHttpHeaders => {
  const written = Cookies.isEmpty(cookies) ? headers : { ...headers, "set-cookie": Cookies.toSetCookieHeaders(cookies) }
  const { connection } = headers
  // node takes any options of our own for a wish to keep the connection (RFC 9112, 9.6)
  return connection === undefined || shouldKeepAlive ? written : { ...written, connection: `${connection}, close` }
}

/** What is written of a body: nothing, all of it at once, or, as it is read, piece by piece. */
const contentOf = ({ body }: Response, runtime: Runtime.Runtime<never>) => {
  if (body._tag === "Stream") return Runtime.runSync(runtime)(NodeStream.toReadable(body.stream))
  const content = body._tag === "Uint8Array" || body._tag === "Raw" ? body.body : undefined
  return typeof content === "string" || content instanceof Uint8Array || content instanceof Readable
    ? content
    : undefined
}

/**
 * Listeners of one event that a response may have: those of the access log, the metrics, the adapter and the lifecycle, and node's own for a
 * pipeline. Their number is fixed for each response, and at times above the ten from which node suspects a leak.
 */
const mostListeners = 16

/**
 * Pipes at the client's pace. A source that fails cuts the connection, so that no client takes a part for the whole; a client that leaves
 * destroys the source. What the source holds is released when it is closed.
 */
const pipe = (source: Readable, response: ServerResponse, isEventStream: boolean, ended: Ended): void => {
  response.setMaxListeners(mostListeners)
  // no event of the stream is cut in two: its writer writes them whole
  if (isEventStream) response.on("probe", () => response.write(comment))
  pipeline(source, response, (error) => {
    const failure = error?.code === "ERR_STREAM_PREMATURE_CLOSE" ? undefined : error ?? undefined
    if (source.closed) ended(failure)
    else source.once("close", () => ended(failure))
  })
}

/** Writes an answer; the runtime runs the body that is a stream. */
export const writeAnswer = (
  answer: Answer,
  response: ServerResponse,
  runtime: Runtime.Runtime<never>,
  ended: Ended
): void => {
  if (answer instanceof TextAnswer) {
    response.writeHead(answer.status, answer.headers)
    // node writes a text together with the head, and no body for HEAD
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
    // node writes no body for HEAD
    response.end(content)
  }
  ended()
}
