import { Command } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { Console, Effect, Schema } from "effect"
import { SimulationPool } from "../../src/predictions/SimulationPool.ts"
import { Scenario } from "../../src/simulation/Scenario.ts"
import { simulate } from "../../src/simulation/simulate.ts"

/** A scenario in which every kind of draw and of event has a part. */
export const varied: typeof Scenario.Encoded = {
  requests: 5000,
  arrivals: { kind: "poisson", rate: 90 },
  upstream: {
    servers: 10,
    service: {
      kind: "mixture",
      of: [{ kind: "lognormal", median: "60 millis", sigma: 0.8, weight: 9 }, {
        kind: "exponential",
        mean: "300 millis",
        weight: 1
      }]
    },
    failure: 0.1,
    queue: { limit: 40 },
    faults: [{ from: "10 seconds", to: "15 seconds", slower: 3 }]
  },
  policy: {
    timeout: "2 seconds",
    attemptTimeout: "500 millis",
    retry: { attempts: 3, backoff: { kind: "exponential", base: "50 millis" }, jitter: "full", budget: { ratio: 0.2 } },
    breaker: { failures: 30, openFor: "1 second" }
  }
}

/** Flags of Node that change how code is compiled, and so could change a run if it stood on rounding of the moment. */
const flags = [[], ["--no-opt"], ["--max-lazy"], ["--jitless"], ["--single-threaded"], [
  "--max-semi-space-size=1"
]] as const

const traceUnder = (options: ReadonlyArray<string>) =>
  Effect.map(
    Command.string(Command.make(process.execPath, ...options, process.argv[1] ?? "", "--trace-only")),
    (printed) => printed.trim()
  )

/** Prints the hash of the varied scenario's trace, for a process that compares. */
export const printTrace = Effect.gen(function*() {
  const { trace } = yield* simulate(yield* Schema.decode(Scenario)(varied), { seed: 1 })
  yield* Console.log(trace)
})

/** Runs one scenario in this thread, on a worker thread and under flags of Node; returns how many traces differ. */
export const sameTraces = Effect.gen(function*() {
  const scenario = yield* Schema.decode(Scenario)(varied)
  const { trace } = yield* simulate(scenario, { seed: 1 })
  const { run } = yield* SimulationPool
  const onThread = yield* run(scenario, 1)
  const others = yield* Effect.forEach(
    flags,
    (options) => Effect.map(traceUnder(options), (hash) => [`node ${options.join(" ")}`, hash] as const),
    { concurrency: 1 }
  )
  const all = [["this thread", trace], ["a worker thread", onThread.trace], ...others] as const
  yield* Console.log("one trace")
  for (const [where, hash] of all) {
    yield* Console.log(`  ${where.padEnd(34)}${hash}  ${hash === trace ? "the same" : "DIFFERS"}`)
  }
  return all.filter(([, hash]) => hash !== trace).length
}).pipe(Effect.provide(NodeContext.layer))
