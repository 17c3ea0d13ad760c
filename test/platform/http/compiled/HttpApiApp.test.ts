import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpServerRequest } from "@effect/platform"
import { expect, it } from "@effect/vitest"
import { Cause, Effect, Exit, FiberId, Layer, Schema } from "effect"
import { AppConfig } from "../../../../src/AppConfig.ts"
import * as HttpApiApp from "../../../../src/platform/http/compiled/HttpApiApp.ts"
import { Lifecycle } from "../../../../src/platform/lifecycle/Lifecycle.ts"
import { logLines } from "../../../support/logLines.ts"

const api = HttpApi.make("test").add(
  HttpApiGroup.make("group").add(HttpApiEndpoint.get("endpoint", "/endpoint").addSuccess(Schema.String))
)

it.effect("an interruption is a defect if a client waits for the answer; any other defect always is", () =>
  Effect.gen(function*() {
    const { layer, texts } = yield* logLines
    const app = yield* Effect.provide(
      HttpApiApp.make(api, { group: { endpoint: () => Effect.never } }, {}),
      layer
    )
    const reply = app(HttpServerRequest.fromWeb(new Request("http://localhost/endpoint")))
    if (!("answer" in reply)) return yield* Effect.dieMessage("no work")
    const interrupted = Exit.failCause(Cause.interrupt(FiberId.none))
    reply.abandoned(interrupted)
    expect(texts()).toHaveLength(0)
    expect(reply.answer(interrupted).status).toBe(500)
    expect(texts()).toHaveLength(1)
    reply.abandoned(Exit.die("defect"))
    expect(texts()).toHaveLength(2)
  }).pipe(Effect.provide(Layer.merge(Lifecycle.layer, AppConfig.layerWith({})))))
