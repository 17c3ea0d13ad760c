import { HttpServer, HttpServerRequest, type HttpServerResponse } from "@effect/platform"
import { NodeHttpServer } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { createServer, type Server } from "node:http"

/** Returns the port on which a server listens. */
export const portOf = ({ address }: HttpServer.HttpServer): number => address._tag === "TcpAddress" ? address.port : 0

/**
 * Makes the library's server listen through a Node server on a free loopback port. Closing the scope cuts its
 * connections.
 */
export const listen = Effect.fnUntraced(function*(server: Server = createServer()) {
  const http = yield* NodeHttpServer.make(() => server, { host: "127.0.0.1", port: 0 })
  yield* Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections()))
  return { http, server, port: portOf(http) }
})

/** Does the same as a layer. */
export const layer = (make: () => Server) =>
  Layer.scoped(HttpServer.HttpServer, Effect.map(Effect.suspend(() => listen(make())), ({ http }) => http))

/** Serves an app of the library's, without our own parts, until the scope closes. */
export const serveApp = Effect.fnUntraced(function*<E>(
  app: (request: HttpServerRequest.HttpServerRequest) => Effect.Effect<HttpServerResponse.HttpServerResponse, E>
) {
  const { http, port, server } = yield* listen()
  yield* http.serve(Effect.interruptible(Effect.flatMap(HttpServerRequest.HttpServerRequest, app)))
  return { port, server }
})
