import { Duration, Effect, Exit, Schema } from "effect"
import { parentPort } from "node:worker_threads"
import type { Request } from "../platform/workers/WorkerPool.ts"
import { Scenario } from "../simulation/Scenario.ts"
import { simulate } from "../simulation/simulate.ts"
import { recordRequest } from "./recordRequest.ts"
import type { SimulationCalls } from "./SimulationPool.ts"
import { threadTime } from "./threadTime.ts"

const decode = Schema.decode(Scenario)

type Answer = SimulationCalls[keyof SimulationCalls]["answer"]

const run = (
  { mostRequests, progress, scenario, seed }: SimulationCalls["simulate"]["input"]
): Effect.Effect<Answer> =>
  Effect.gen(function*() {
    const began = threadTime()
    const result = yield* simulate(yield* decode(scenario), {
      seed,
      ...(mostRequests !== undefined && { mostRequests }),
      ...(progress && { onProgress: (done) => progress.postMessage(done) })
    })
    return { result, cpu: threadTime() - began }
  }).pipe(
    Effect.catchTag("OutOfBounds", ({ after, bound }) =>
      Effect.succeed({ passed: bound, millis: Duration.toMillis(after) })),
    Effect.orDie
  )

const record = ({ request, scenario, seed }: SimulationCalls["record"]["input"]): Effect.Effect<Answer> =>
  Effect.orDie(Effect.map(decode(scenario), (decoded) => recordRequest(decoded, seed, request)))

parentPort?.on(
  "message",
  (call: Request<SimulationCalls>) =>
    Effect.runCallback(call.name === "simulate" ? run(call.input) : record(call.input), {
      onExit: (exit) => {
        // a defect ends the thread, and with it the call
        parentPort?.postMessage(Exit.getOrElse(exit, (cause) => {
          throw new Error(String(cause))
        }))
      }
    })
)
