import { HttpMiddleware, HttpServerRequest, HttpServerResponse } from "@effect/platform"
import type { HttpServerError } from "@effect/platform"
import { NodeHttpServer } from "@effect/platform-node"
import { Effect, Option, type Scope } from "effect"
import { createServer } from "node:http"
import * as Httpbin from "./Httpbin.ts"

/** The calls of an embedded upstream, counted as they arrive there. */
export interface Usage {
  /** All calls so far. */
  readonly calls: number
  /** The most calls in flight at once. */
  readonly mostAtOnce: number
}

class Calls implements Usage {
  calls = 0
  mostAtOnce = 0
  private inFlight = 0

  begin(): void {
    this.calls++
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.inFlight)
  }

  end(): void {
    this.inFlight--
  }
}

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

const counted = (calls: Calls) =>
  Effect.acquireUseRelease(Effect.sync(() => calls.begin()), () => respond, () => Effect.sync(() => calls.end()))

/**
 * Starts an httpbin on a free loopback port, until the scope closes. A client that leaves interrupts its delay.
 * Untraced, like a foreign server.
 */
export const start: Effect.Effect<
  { readonly url: URL; readonly usage: Usage },
  HttpServerError.ServeError,
  Scope.Scope
> = Effect.gen(function*() {
  const nodeServer = createServer()
  const calls = new Calls()
  const server = yield* NodeHttpServer.make(() => nodeServer, { host: "127.0.0.1", port: 0 })
  // Released first, so that a delayed answer does not hold up the stop.
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      nodeServer.close()
      nodeServer.closeAllConnections()
    })
  )
  yield* HttpMiddleware.withTracerDisabledWhenEffect(server.serve(counted(calls)), () => true)
  const port = server.address._tag === "TcpAddress" ? server.address.port : 0
  return { url: new URL(`http://127.0.0.1:${port}`), usage: calls }
})
