import { Context, Duration, Effect, Layer, Schema, type Scope } from "effect"
import { MessageChannel, type MessagePort } from "node:worker_threads"
import { AppConfig } from "../AppConfig.ts"
import type { Overloaded } from "../domain/Problem.ts"
import { term } from "../domain/Term.ts"
import { workerFile } from "../platform/workers/entry.ts"
import * as WorkerPool from "../platform/workers/WorkerPool.ts"
import { type Report, reportOf, seedsOf, type TimedResult } from "../simulation/Report.ts"
import type { Bound } from "../simulation/Run.ts"
import { Scenario } from "../simulation/Scenario.ts"
import { OutOfBounds } from "../simulation/simulate.ts"

/** Calls of the pool's threads. A port takes the number of requests that have ended, some times a second. */
export type SimulationCalls = {
  readonly simulate: {
    readonly input: {
      readonly scenario: typeof Scenario.Encoded
      readonly seed: number
      readonly progress: MessagePort | undefined
    }
    readonly answer: TimedResult | { readonly passed: Bound; readonly millis: number }
  }
}

/** Takes the number of requests that have ended in all runs. */
export type OnProgress = (done: number) => void

/** Runs simulations on worker threads, one for each seed. An interruption stops them at once. */
export class SimulationPool extends Context.Tag("barista/predictions/SimulationPool")<SimulationPool, {
  /** Runs a scenario with so many seeds: its own, which is 1 if it has none, and those that follow. */
  readonly run: (
    scenario: Scenario,
    seeds: number,
    onProgress?: OnProgress
  ) => Effect.Effect<Report, OutOfBounds | Overloaded>
}>() {
  /** Makes a pool for a command, which has no other callers. */
  static readonly layerWith = (threads: number, queue: number) => Layer.scoped(SimulationPool, make(threads, queue))

  static readonly layer = Layer.scoped(
    SimulationPool,
    Effect.flatMap(AppConfig, ({ simulationQueue, simulationWorkers }) => make(simulationWorkers, simulationQueue))
  )
}

const encode = Schema.encodeSync(Scenario)

/** A port whose messages are numbers for a listener, closed with the scope. */
const listening = (listener: OnProgress): Effect.Effect<MessagePort, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        const channel = new MessageChannel()
        channel.port1.on("message", listener)
        return channel
      }),
      ({ port1 }) => Effect.sync(() => port1.close())
    ),
    ({ port2 }) => port2
  )

const make = (threads: number, queue: number): Effect.Effect<
  Context.Tag.Service<SimulationPool>,
  never,
  Scope.Scope
> =>
  Effect.map(
    WorkerPool.make<SimulationCalls>({
      name: term("threads de simulation", "simulation pool"),
      file: workerFile("Simulation"),
      threads,
      places: threads + queue
    }),
    ({ call }): Context.Tag.Service<SimulationPool> => {
      const runOnce = (scenario: typeof Scenario.Encoded, seed: number, onProgress: OnProgress | undefined) =>
        Effect.gen(function*() {
          const progress = onProgress && (yield* listening(onProgress))
          const answer = yield* call("simulate", { scenario, seed, progress }, {
            transfer: progress === undefined ? [] : [progress]
          })
          return "passed" in answer
            ? yield* new OutOfBounds({ bound: answer.passed, after: Duration.millis(answer.millis) })
            : answer
        }).pipe(Effect.scoped)

      const run = Effect.fn("SimulationPool.run")(
        function*(scenario: Scenario, seeds: number, onProgress?: OnProgress) {
          const encoded = encode(scenario)
          const done = new Map<number, number>()
          const told = (seed: number) =>
            onProgress && ((count: number) => {
              done.set(seed, count)
              onProgress([...done.values()].reduce((sum, one) => sum + one, 0))
            })
          const [first, ...others] = seedsOf(scenario.seed ?? 1, seeds)
          const results = yield* Effect.all(
            [first ?? 1, ...others].map((seed) => runOnce(encoded, seed, told(seed))),
            { concurrency: threads }
          )
          const [one, ...more] = results
          return one === undefined ? yield* Effect.dieMessage("a simulation without seeds") : reportOf([one, ...more])
        }
      )
      return { run }
    }
  )
