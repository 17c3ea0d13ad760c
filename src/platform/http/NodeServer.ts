import { HttpServer } from "@effect/platform"
import { NodeHttpServer } from "@effect/platform-node"
import { Context, Duration, Effect, Layer } from "effect"
import * as Http from "node:http"
import type { Duplex } from "node:stream"
import { AppConfig } from "../../AppConfig.ts"
import { contentType } from "../../domain/Problem.ts"
import { Lifecycle } from "../lifecycle/Lifecycle.ts"

const problemText = (status: number, title: string, detail: string) =>
  JSON.stringify({ type: "about:blank", title, status, detail })

const statusByCode: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, "the headers are larger than the server takes"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "the request did not arrive in time"]
}

/** What cannot be parsed as HTTP never becomes a request; it gets its problem document here, and the connection is closed. */
const answerClientError = (error: Error & { readonly code?: string }, socket: Duplex) => {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy()
    return
  }
  const [status, detail] = statusByCode[error.code ?? ""] ?? [400, "the request is not valid HTTP/1.1"]
  const title = Http.STATUS_CODES[status] ?? "Bad Request"
  const body = problemText(status, title, detail)
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\ncontent-type: ${contentType}\r\ncontent-length: ${
      Buffer.byteLength(body)
    }\r\nconnection: close\r\n\r\n${body}`
  )
}

/** Answers while the layers are still being built: alive, but not ready. */
const answerWhileStarting =
  (lifecycle: Context.Tag.Service<Lifecycle>): Http.RequestListener => (request, response) => {
    if (lifecycle.hasStarted()) return
    const live = request.url === "/health/live"
    response.writeHead(
      live ? 200 : 503,
      live ? { "content-type": "application/json" } : {
        "content-type": contentType,
        "retry-after": "1"
      }
    )
    response.end(
      live ? `{"status":"ok"}` : problemText(503, "Service Unavailable", "the server is starting")
    )
  }

/** The node:http server that everything is served by, with its timeouts; not yet listening. */
export class NodeServer extends Context.Tag("barista/platform/http/NodeServer")<NodeServer, Http.Server>() {
  static readonly layer = Layer.effect(
    NodeServer,
    Effect.gen(function*() {
      const { headersTimeout, idleTimeout, requestTimeout } = yield* AppConfig
      const lifecycle = yield* Lifecycle
      const server = Http.createServer({
        headersTimeout: Duration.toMillis(headersTimeout),
        requestTimeout: Duration.toMillis(requestTimeout),
        connectionsCheckingInterval: 1000,
        keepAliveTimeout: 5000,
        noDelay: true
      })
      server.setTimeout(Duration.toMillis(idleTimeout))
      lifecycle.watch(server)
      server.on("clientError", answerClientError)
      server.on("request", answerWhileStarting(lifecycle))
      return server
    })
  )
}

/** @effect/platform's HttpServer on that server: listens while the layer lives, `ServeError` where the address is taken. */
export const layer = Layer.scoped(
  HttpServer.HttpServer,
  Effect.gen(function*() {
    const { host, port } = yield* AppConfig
    const server = yield* NodeServer
    return yield* NodeHttpServer.make(() => server, { host, port, backlog: 4096 })
  })
)
