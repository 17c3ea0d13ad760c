import { Effect } from "effect"
import * as Http from "node:http"

/** An answer as it came over the socket. */
export interface Answer {
  readonly status: number
  readonly headers: Http.IncomingHttpHeaders
  readonly bytes: Buffer
  readonly text: string
}

export interface Sent {
  readonly headers?: Http.OutgoingHttpHeaders
  readonly body?: string | Uint8Array
  /** Sends the body without its length, in chunks. */
  readonly chunked?: boolean
}

/** Decodes the JSON of an answer loosely, as a client without our types would. */
export const json = (answer: Answer): Record<string, unknown> => JSON.parse(answer.text)

/** Sends a request to a port of loopback, on a connection of its own or on those of an agent. */
export const send =
  (port: number, agent: Http.Agent | false = false) => (method: string, path: string, sent: Sent = {}) =>
    Effect.async<Answer, Error>((resume) => {
      const request = Http.request({ host: "127.0.0.1", port, method, path, headers: sent.headers ?? {}, agent })
      request.on("response", (response) => {
        const chunks: Array<Buffer> = []
        response.on("data", (chunk: Buffer) => chunks.push(chunk))
        response.on("end", () => {
          const bytes = Buffer.concat(chunks)
          const { headers, statusCode: status = 0 } = response
          resume(Effect.succeed({ status, headers, bytes, text: bytes.toString("utf8") }))
        })
      })
      request.on("error", (error) => resume(Effect.fail(error)))
      if (sent.chunked === true) request.write(sent.body)
      request.end(sent.chunked === true ? undefined : sent.body)
      return Effect.sync(() => request.destroy())
    })
