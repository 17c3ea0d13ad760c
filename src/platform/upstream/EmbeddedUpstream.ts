import { HttpMiddleware, HttpServerRequest, HttpServerResponse } from "@effect/platform"
import type { HttpServerError } from "@effect/platform"
import { NodeHttpServer } from "@effect/platform-node"
import { Effect, Option, type Scope } from "effect"
import { createServer } from "node:http"
import * as Httpbin from "./Httpbin.ts"

const respond = Effect.gen(function*() {
  const request = yield* HttpServerRequest.HttpServerRequest
  if (request.method !== "GET" && request.method !== "HEAD") {
    return HttpServerResponse.empty({ status: 405, headers: { allow: "GET, HEAD" } })
  }
  const url = HttpServerRequest.toURL(request)
  if (Option.isNone(url)) return HttpServerResponse.empty({ status: 400 })
  const origin = Option.getOrElse(request.remoteAddress, () => "unknown")
  const answer = Httpbin.answer(url.value, request.headers, origin)
  // The server runs its handlers uninterruptible.
  yield* Effect.interruptible(Effect.sleep(answer.delay))
  return answer.json === undefined
    ? HttpServerResponse.empty({ status: answer.status })
    : HttpServerResponse.unsafeJson(answer.json, { status: answer.status })
})

/**
 * Starts an httpbin on a free loopback port, until the scope closes, and returns its base URL. A client that leaves
 * interrupts its delay. Untraced, like a foreign server.
 */
export const start: Effect.Effect<URL, HttpServerError.ServeError, Scope.Scope> = Effect.gen(function*() {
  const nodeServer = createServer()
  const server = yield* NodeHttpServer.make(() => nodeServer, { host: "127.0.0.1", port: 0 })
  // Released first, so that a delayed answer does not hold up the stop.
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      nodeServer.close()
      nodeServer.closeAllConnections()
    })
  )
  yield* HttpMiddleware.withTracerDisabledWhenEffect(server.serve(respond), () => true)
  const port = server.address._tag === "TcpAddress" ? server.address.port : 0
  return new URL(`http://127.0.0.1:${port}`)
})
