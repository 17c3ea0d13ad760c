// Serves the contract that only decodes and encodes as the product serves its own: by the adapter of HTTP_ADAPTER, with
// the product's log, tracer, scheduler and settings. Prints its address.
import { HttpServer } from "@effect/platform"
import { NodeRuntime } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { AppConfig } from "../../../../src/AppConfig.ts"
import type { Handlers } from "../../../../src/platform/http/contract/Handlers.ts"
import * as HttpAdapter from "../../../../src/platform/http/HttpAdapter.ts"
import * as NodeServer from "../../../../src/platform/http/node/NodeServer.ts"
import { Lifecycle } from "../../../../src/platform/lifecycle/Lifecycle.ts"
import * as Logging from "../../../../src/platform/observability/Logging.ts"
import * as Tracing from "../../../../src/platform/observability/Tracing.ts"
import { TimeSlicedScheduler } from "../../../../src/platform/scheduler/TimeSlicedScheduler.ts"
import { Api, type DecodingApi } from "./Api.ts"

const decoding: Handlers<typeof DecodingApi> = {
  item: ({ path: { id }, urlParams: { limit, text } }) =>
    Effect.succeed({ id, limit, text, length: text.length, even: id % 2 === 0 }),
  order: ({ payload: { currency, customer, lines, reference } }) =>
    Effect.succeed({
      reference,
      customer,
      currency,
      pieces: lines.reduce((sum, { quantity }) => sum + quantity, 0),
      total_cents: lines.reduce((sum, { cents, quantity }) => sum + quantity * cents, 0)
    })
}

const serve = Layer.scopedDiscard(Effect.gen(function*() {
  yield* HttpAdapter.serve(yield* NodeServer.NodeServer, Api, { decoding }, {})
  yield* (yield* Lifecycle).enter("ready")
  const origin = yield* HttpServer.addressWith((address) => Effect.succeed(NodeServer.originOf(address)))
  yield* Effect.logInfo(`listening on ${origin}`)
}))

const layer = serve.pipe(
  Layer.provide(NodeServer.layer),
  Layer.provide(NodeServer.NodeServer.layer),
  Layer.provide(Lifecycle.layer),
  Layer.provide(Logging.layer),
  Layer.provide(Tracing.layer),
  Layer.provide(AppConfig.layer)
)

NodeRuntime.runMain(Effect.withScheduler(Layer.launch(layer), new TimeSlicedScheduler()), {
  disablePrettyLogger: true
})
