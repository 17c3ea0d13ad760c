import { Data, Effect } from "effect"
import { randomBytes } from "node:crypto"
import {
  Agent,
  type ClientRequest,
  type IncomingHttpHeaders,
  request as httpRequest,
  type RequestOptions
} from "node:http"

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A request without an answer: refused, reset or cut off. */
export class RequestFailed extends Data.TaggedError("RequestFailed")<{ readonly message: string }> {}

const agent = new Agent({ keepAlive: true })

/** Closes idle connections. A server that has rested closes them just as the next request is sent. */
export const closeIdle = Effect.sync(() => agent.destroy())

const send = (port: number, options: RequestOptions, writeBody: (request: ClientRequest) => void) =>
  Effect.async<Answer, RequestFailed>((resume) => {
    const failed = (error: Error) => resume(new RequestFailed({ message: String(error) }))
    const request = httpRequest({ agent, host: "127.0.0.1", port, ...options }, (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => void chunks.push(chunk)).on("error", failed)
      response.on(
        "end",
        () => {
          const { headers, statusCode = 0 } = response
          resume(Effect.succeed({ status: statusCode, headers, body: Buffer.concat(chunks).toString() }))
        }
      )
    })
    request.on("error", failed)
    writeBody(request)
    return Effect.sync(() => void request.destroy())
  })

/** Sends a request, with a JSON body if given, and returns its answer. Interruption cuts the connection. */
export const ask = (
  port: number,
  method: string,
  path: string,
  json?: unknown,
  headers: Readonly<Record<string, string>> = {}
) =>
  send(
    port,
    { method, path, headers: json === undefined ? headers : { ...headers, "content-type": "application/json" } },
    (request) => void request.end(json === undefined ? undefined : JSON.stringify(json))
  )

const block = randomBytes(1_048_576)
const boundary = "----barista-bench"
const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="random.bin"\r\n\r\n`
const tail = `\r\n--${boundary}--\r\n`

/** Writes random bytes as fast as the connection takes them. */
const writeBlocks = (request: ClientRequest, size: number, written: () => void) => {
  let left = size
  const more = () => {
    while (left > 0) {
      const chunk = block.subarray(0, left)
      left -= chunk.length
      if (!request.write(chunk)) return void request.once("drain", more)
    }
    written()
  }
  more()
}

/**
 * Uploads a file of the given bytes as a form, by sending one block of memory repeatedly. `upTo` stops the upload after
 * that many bytes and leaves the connection open until interruption.
 */
export const upload = (port: number, path: string, size: number, upTo = size) =>
  send(
    port,
    {
      method: "POST",
      path,
      headers: {
        "content-type": `multipart/form-data; boundary=${boundary}`,
        "content-length": head.length + size + tail.length
      }
    },
    (request) => {
      request.write(head)
      writeBlocks(request, upTo, () => {
        if (upTo === size) request.end(tail)
      })
    }
  )

/** Downloads a file and drops its bytes; returns their number. */
export const download = (port: number, path: string) =>
  Effect.async<number, RequestFailed>((resume) => {
    const failed = (error: Error) => resume(new RequestFailed({ message: String(error) }))
    const request = httpRequest({ agent, host: "127.0.0.1", port, path }, (response) => {
      let bytes = 0
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length
      })
      response.on("error", failed).on("end", () => resume(Effect.succeed(bytes)))
    })
    request.on("error", failed).end()
    return Effect.sync(() => void request.destroy())
  })
