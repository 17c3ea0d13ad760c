import { Data, Deferred, Effect, Schema } from "effect"
import { join } from "node:path"
import { Worker } from "node:worker_threads"
import { distFolder } from "../../../src/platform/process/distFolder.ts"
import { Scenario } from "../../../src/simulation/Scenario.ts"
import type { FromUpstream, ToUpstream, UpstreamData, UpstreamFigures } from "./protocol.ts"

/** The thread of the upstream ended before the run did. */
export class UpstreamEnded extends Data.TaggedError("UpstreamEnded")<{ readonly reason: string }> {
  override get message(): string {
    return `the upstream ended: ${this.reason}`
  }
}

const encode = Schema.encodeSync(Scenario)

/** Starts the upstream of a scenario as an HTTP server on a thread, which ends with the scope. */
export const start = Effect.fnUntraced(function*(scenario: Scenario, seed: number) {
  const workerData: UpstreamData = { scenario: encode(scenario), seed }
  const worker = yield* Effect.acquireRelease(
    Effect.sync(() => new Worker(join(distFolder(), "simulate/live/thread.js"), { workerData, name: "upstream" })),
    (running) => Effect.promise(() => running.terminate())
  )
  const port = yield* Deferred.make<number, UpstreamEnded>()
  const figures = yield* Deferred.make<UpstreamFigures, UpstreamEnded>()
  const ended = (reason: string) => {
    const failure = new UpstreamEnded({ reason })
    Deferred.unsafeDone(port, failure)
    Deferred.unsafeDone(figures, failure)
  }
  worker.on("error", (error) => ended(String(error))).on("exit", () => ended("its thread ended"))
    .on("message", (message: FromUpstream) => {
      if ("port" in message) Deferred.unsafeDone(port, Effect.succeed(message.port))
      else Deferred.unsafeDone(figures, Effect.succeed(message))
    })
  const post = (message: ToUpstream) => Effect.sync(() => worker.postMessage(message))
  return {
    url: new URL(`http://127.0.0.1:${yield* Deferred.await(port)}`),
    /** Begins the model at a time of the machine's monotonic clock. */
    begin: (origin: bigint) => post({ origin }),
    /** Waits until the last attempt has left. Fails as soon as the thread ends. */
    figures: Effect.zipRight(post("end"), Deferred.await(figures)),
    /** Fails if the thread ends, and else never returns. */
    failure: Effect.zipRight(Deferred.await(figures), Effect.never)
  }
})
