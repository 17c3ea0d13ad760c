import { Duration, Effect, Exit, Schema } from "effect"
import { parentPort } from "node:worker_threads"
import type { Request } from "../platform/workers/WorkerPool.ts"
import { Scenario } from "../simulation/Scenario.ts"
import { simulate } from "../simulation/simulate.ts"
import type { SimulationCalls } from "./SimulationPool.ts"
import { threadTime } from "./threadTime.ts"

type Call = SimulationCalls["simulate"]

const decode = Schema.decode(Scenario)

const run = ({ progress, scenario, seed }: Call["input"]): Effect.Effect<Call["answer"]> =>
  Effect.gen(function*() {
    const began = threadTime()
    const result = yield* simulate(yield* decode(scenario), {
      seed,
      ...(progress && { onProgress: (done) => progress.postMessage(done) })
    })
    return { result, cpu: threadTime() - began }
  }).pipe(
    Effect.catchTag("OutOfBounds", ({ after, bound }) =>
      Effect.succeed({ passed: bound, millis: Duration.toMillis(after) })),
    Effect.orDie
  )

parentPort?.on("message", ({ input }: Request<SimulationCalls>) =>
  Effect.runCallback(run(input), {
    onExit: (exit) => {
      // a defect ends the thread, and with it the call
      parentPort?.postMessage(Exit.getOrElse(exit, (cause) => {
        throw new Error(String(cause))
      }))
    }
  }))
