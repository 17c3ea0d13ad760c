// A process that logs a thousand lines of 1 KB and ends in the way named by its argument. Logging.test.ts builds and
// starts it.
import { NodeRuntime } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { AppConfig } from "../../../src/AppConfig.ts"
import * as Logging from "../../../src/platform/observability/Logging.ts"
import { turn } from "../../support/turn.ts"

const ends: Readonly<Record<string, Effect.Effect<void>>> = {
  return: Effect.void,
  exit: Effect.sync(() => process.exit(3)),
  throw: Effect.async(() => {
    setImmediate(() => {
      throw new Error("uncaught")
    })
  }),
  terminate: Effect.zipRight(Effect.sync(() => process.kill(process.pid, "SIGTERM")), Effect.never)
}

const talk = Effect.gen(function*() {
  for (let n = 0; n < 1000; n++) {
    yield* Effect.logInfo(`${n} ${"x".repeat(1000)}`)
    if (n % 100 === 99) yield* turn
  }
  // tells the parent to begin reading, as no reader has waited so far
  yield* Effect.sync(() => process.stderr.write("said\n"))
  yield* ends[process.argv[2] ?? ""] ?? Effect.dieMessage("unknown end")
})

const logBacklogBytes = Number(process.argv[3])

talk.pipe(
  Effect.provide(Logging.layer.pipe(Layer.provide(AppConfig.layerWith({ logFormat: "json", logBacklogBytes })))),
  NodeRuntime.runMain({ disableErrorReporting: true, disablePrettyLogger: true })
)
