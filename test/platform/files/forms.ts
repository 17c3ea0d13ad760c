import { HttpServerRequest, type HttpServerResponse } from "@effect/platform"
import { NodeHttpServer } from "@effect/platform-node"
import { Effect, type Scope } from "effect"
import * as Http from "node:http"

export const boundary = "----FormBoundary7MA4YWxkTrZu0gW"

/** A part as bytes; `headers` are written as they are. */
export const part = (headers: ReadonlyArray<string>, content: string | Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(`--${boundary}\r\n${headers.map((line) => `${line}\r\n`).join("")}\r\n`),
    Buffer.from(content),
    Buffer.from("\r\n")
  ])

export const end = Buffer.from(`--${boundary}--\r\n`)

export const filePart = (disposition: string, content: string | Buffer, contentType = "text/plain") =>
  part([`Content-Disposition: form-data; ${disposition}`, `Content-Type: ${contentType}`], content)

export const file = (filename: string, content: string | Buffer, field = "file") =>
  filePart(`name="${field}"; filename="${filename}"`, content)

export const form = (...parts: ReadonlyArray<Buffer>) => Buffer.concat([...parts, end])

/** A real server on a free port of loopback, through the adapter that the product uses. */
export const serve = <E>(
  app: (request: HttpServerRequest.HttpServerRequest) => Effect.Effect<HttpServerResponse.HttpServerResponse, E>
): Effect.Effect<{ readonly port: number; readonly server: Http.Server }, never, Scope.Scope> =>
  Effect.gen(function*() {
    const handler = yield* NodeHttpServer.makeHandler(
      Effect.interruptible(Effect.flatMap(HttpServerRequest.HttpServerRequest, app))
    )
    const server = Http.createServer(handler)
    yield* Effect.acquireRelease(
      Effect.async<void>((resume) => {
        server.listen(0, "127.0.0.1", () => resume(Effect.void))
      }),
      () =>
        Effect.async<void>((resume) => {
          server.close(() => resume(Effect.void))
          server.closeAllConnections()
        })
    )
    const address = server.address()
    return { port: typeof address === "object" ? address?.port ?? 0 : 0, server }
  })

export interface Answer {
  readonly status: number
  readonly headers: Http.IncomingHttpHeaders
  readonly bytes: Buffer
  readonly body: unknown
}

const parseJson = (text: string): unknown => (text === "" ? undefined : JSON.parse(text))

export const collect = (response: Http.IncomingMessage, done: (answer: Answer) => void) => {
  const chunks: Array<Buffer> = []
  response.on("data", (chunk: Buffer) => chunks.push(chunk))
  response.on("end", () => {
    const bytes = Buffer.concat(chunks)
    const isJson = response.headers["content-type"]?.includes("json") === true
    done({
      status: response.statusCode ?? 0,
      headers: response.headers,
      bytes,
      body: isJson ? parseJson(bytes.toString()) : undefined
    })
  })
}

export const multipart = `multipart/form-data; boundary=${boundary}`

export interface Sent {
  readonly method?: string
  readonly path?: string
  readonly headers?: Http.OutgoingHttpHeaders
  readonly chunks?: ReadonlyArray<Buffer>
  readonly agent?: Http.Agent
}

/** One request with the bytes as they are; chunked where no length is given and several chunks are. */
export const send = (port: number, { agent, chunks = [], headers = {}, method = "POST", path = "/" }: Sent) =>
  Effect.async<Answer, Error>((resume) => {
    const request = Http.request({ host: "127.0.0.1", port, path, method, headers, agent: agent ?? false })
    request.on("response", (response) => collect(response, (answer) => resume(Effect.succeed(answer))))
    request.on("error", (error) => resume(Effect.fail(error)))
    for (const chunk of chunks) request.write(chunk)
    request.end()
    return Effect.sync(() => request.destroy())
  })

export const upload = (port: number, body: Buffer, path = "/") =>
  send(port, { path, headers: { "content-type": multipart }, chunks: [body] })
