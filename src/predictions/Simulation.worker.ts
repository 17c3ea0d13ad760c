import { Duration, Effect, Exit, type ParseResult, Schema } from "effect"
import { parentPort } from "node:worker_threads"
import type { Request } from "../platform/workers/WorkerPool.ts"
import { Advice } from "../simulation/advisor/Advice.ts"
import { advise } from "../simulation/advisor/advise.ts"
import { Question } from "../simulation/advisor/Question.ts"
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

const decodeQuestion = Schema.decode(Question)
const encodeAdvice = Schema.encode(Advice)

const advice = ({ progress, question, recorded }: SimulationCalls["advise"]["input"]): Effect.Effect<Answer> =>
  Effect.flatMap(
    decodeQuestion(question),
    (asked) => advise(asked, { recorded, onProgress: ({ requests }) => progress?.postMessage(requests) })
  ).pipe(
    Effect.flatMap((found): Effect.Effect<Answer, ParseResult.ParseError> => encodeAdvice(found)),
    Effect.catchTags({
      NoLatencies: ({ sentence }) => Effect.succeed({ unadvised: sentence }),
      ThinData: ({ sentence }) => Effect.succeed({ unadvised: sentence }),
      OutOfBounds: ({ after, bound }) => Effect.succeed({ passed: bound, millis: Duration.toMillis(after) })
    }),
    Effect.orDie
  )

const answerTo = (call: Request<SimulationCalls>): Effect.Effect<Answer> => {
  switch (call.name) {
    case "simulate":
      return run(call.input)
    case "record":
      return record(call.input)
    case "advise":
      return advice(call.input)
  }
}

parentPort?.on("message", (call: Request<SimulationCalls>) =>
  Effect.runCallback(answerTo(call), {
    onExit: (exit) => {
      // a defect ends the thread, and with it the call
      parentPort?.postMessage(Exit.getOrElse(exit, (cause) => {
        throw new Error(String(cause))
      }))
    }
  }))
