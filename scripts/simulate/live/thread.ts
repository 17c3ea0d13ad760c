// The thread of a live run's upstream. Its event loop is its own, so that the load does not delay its answers.
import { Effect, Schema } from "effect"
import { parentPort, workerData } from "node:worker_threads"
import { Scenario } from "../../../src/simulation/Scenario.ts"
import { ModelServer } from "./ModelServer.ts"
import type { FromUpstream, ToUpstream, UpstreamData } from "./protocol.ts"

const { scenario, seed }: UpstreamData = workerData

const post = (message: FromUpstream) => parentPort?.postMessage(message)

const model = new ModelServer(Schema.decodeSync(Scenario)(scenario), seed)

model.server.listen(0, "127.0.0.1", () => {
  const address = model.server.address()
  if (typeof address === "object" && address !== null) post({ port: address.port })
})

parentPort?.on("message", (message: ToUpstream) => {
  if (message === "end") Effect.runCallback(Effect.map(model.figures, post))
  else model.begin(message.origin)
})
