import { HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { expect, it } from "@effect/vitest"
import { Deferred, Effect, Runtime } from "effect"
import { createServer, type ServerResponse } from "node:http"
import { NodeRequest } from "../../../../src/platform/http/NodeRequest.ts"
import { around } from "../../../../src/platform/http/stock/Connection.ts"
import { Lifecycle } from "../../../../src/platform/lifecycle/Lifecycle.ts"
import { connect } from "../../../support/connect.ts"
import * as LoopbackServer from "../../../support/LoopbackServer.ts"

it.scopedLive("an answer whose client leaves just before it is written counts as written", () =>
  Effect.gen(function*() {
    const lifecycle = yield* Lifecycle
    yield* lifecycle.enter("ready")
    const runtime = yield* Effect.runtime<never>()
    const prepared = yield* Deferred.make<ServerResponse>()
    const app = around(lifecycle)(Effect.succeed(HttpServerResponse.text("answer")))
    const server = createServer((incoming, response) => {
      Runtime.runFork(runtime)(
        Effect.scoped(app).pipe(
          Effect.provideService(HttpServerRequest.HttpServerRequest, new NodeRequest(incoming, response)),
          Effect.zipRight(Deferred.succeed(prepared, response))
        )
      )
    })
    const { url } = yield* LoopbackServer.start(server)
    const { leave, write } = yield* connect(Number(url.port))
    write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    const response = yield* Deferred.await(prepared)
    expect(response.writableEnded).toBe(false)
    const closed = Effect.async<void>((resume) => void response.once("close", () => resume(Effect.void)))
    yield* Effect.zipRight(Effect.sync(leave), closed)
    expect(response.writableEnded).toBe(true)
  }).pipe(Effect.provide(Lifecycle.layer)))
