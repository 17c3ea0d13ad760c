import { HttpServer } from "@effect/platform"
import { NodeHttpServer } from "@effect/platform-node"
import { Context, Duration, Effect, Layer } from "effect"
import * as Http from "node:http"
import type { Duplex } from "node:stream"
import { AppConfig } from "../../AppConfig.ts"
import { contentType } from "../../domain/Problem.ts"
import { Lifecycle } from "../lifecycle/Lifecycle.ts"
import { NotReady } from "../lifecycle/NotReady.ts"
import * as AccessLog from "./AccessLog.ts"
import * as Conformance from "./Conformance.ts"
import * as Cors from "./Cors.ts"
import { Incoming } from "./Incoming.ts"

const problemText = (status: number, title: string, detail: string) =>
  JSON.stringify({ type: "about:blank", title, status, detail })

const statusByCode: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, "the headers are larger than the server takes"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "the request did not arrive in time"]
}

/** Answers on a socket that node has no response for, and closes it. */
const endWith = (socket: Duplex, status: number, detail: string) => {
  const title = Http.STATUS_CODES[status] ?? "Bad Request"
  const body = problemText(status, title, detail)
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\ncontent-type: ${contentType}\r\ncontent-length: ${
      Buffer.byteLength(body)
    }\r\nconnection: close\r\n\r\n${body}`
  )
}

/** What cannot be parsed as HTTP never becomes a request; it gets its problem document here, and the connection is closed. */
const answerClientError = (error: Error & { readonly code?: string }, socket: Duplex) => {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy()
    return
  }
  const [status, detail] = statusByCode[error.code ?? ""] ?? [400, "the request is not valid HTTP/1.1"]
  endWith(socket, status, detail)
}

/** The server is no proxy: 501, a method that it does not know (RFC 9110, 15.6.2). */
const answerConnect = (_: Http.IncomingMessage, socket: Duplex) => {
  // node has taken its own listener off
  socket.on("error", () => socket.destroy())
  endWith(socket, 501, "the server is no proxy and opens no tunnels: ask it for a path by another method than CONNECT")
}

/** Answers while the layers are still being built: alive, but not ready. Afterwards it is not asked again. */
const answerWhileStarting = (lifecycle: Context.Tag.Service<Lifecycle>, server: Http.Server): Http.RequestListener => {
  const answer: Http.RequestListener = (request, response) => {
    if (lifecycle.hasStarted()) {
      server.off("request", answer)
      return
    }
    lifecycle.begin(response)()
    if (/^\/health\/live\/?(\?|$)/.test(request.url ?? "")) {
      response.writeHead(200, { "content-type": "application/json" })
      response.end(`{"status":"ok"}`)
      return
    }
    const { body, headers, status } = Conformance.render(new NotReady({ reason: "starting" }), request)
    response.writeHead(status, headers)
    response.end(body._tag === "Uint8Array" ? body.body : undefined)
  }
  return answer
}

/** The node:http server that everything is served by, with its timeouts; not yet listening. */
export class NodeServer extends Context.Tag("barista/platform/http/NodeServer")<NodeServer, Http.Server>() {
  static readonly layer = Layer.effect(
    NodeServer,
    Effect.gen(function*() {
      const { allowedOrigins, headersTimeout, idleTimeout, requestTimeout } = yield* AppConfig
      const lifecycle = yield* Lifecycle
      const server = Http.createServer({
        headersTimeout: Duration.toMillis(headersTimeout),
        requestTimeout: Duration.toMillis(requestTimeout),
        connectionsCheckingInterval: 1000,
        keepAliveTimeout: 5000,
        noDelay: true,
        IncomingMessage: Incoming,
        ...(allowedOrigins.length > 0 && { ServerResponse: Cors.responseClass(allowedOrigins) }),
        // Conformance does it, with a problem document
        requireHostHeader: false
      })
      server.setTimeout(Duration.toMillis(idleTimeout))
      server.on("clientError", answerClientError)
      server.on("connect", answerConnect)
      server.on("checkContinue", (request, response) => {
        request.continueWhenRead(response, () => !lifecycle.isStopping())
        server.emit("request", request, response)
      })
      server.on("checkExpectation", (request, response) => server.emit("request", request, response))
      const accessLog = yield* AccessLog.listener
      if (accessLog !== undefined) server.on("request", accessLog)
      server.on("request", answerWhileStarting(lifecycle, server))
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

/** The address as a URL's origin: an IPv6 address stands in brackets there (RFC 3986, 3.2.2). */
export const originOf = (address: HttpServer.Address): string =>
  address._tag === "TcpAddress" && address.hostname.includes(":")
    ? `http://[${address.hostname}]:${address.port}`
    : HttpServer.formatAddress(address)
