// The speed of simulations: virtual requests a second of processor time, by scenario. `npm run bench:simulation`

import { Console, Effect, Schema } from "effect"
import { threadTime } from "../../src/predictions/threadTime.ts"
import { Scenario } from "../../src/simulation/Scenario.ts"
import { simulate } from "../../src/simulation/simulate.ts"
import { commandLine } from "../command/commandLine.ts"
import { median } from "./report/statistics.ts"

/** Requests of a run, and runs of a scenario in turn with the others. */
const requests = 100_000
const rounds = 5

const exponential = { kind: "exponential", mean: "100 millis" } as const
const arrivals = { kind: "poisson", rate: 80 } as const
const retry = {
  attempts: 3,
  backoff: { kind: "exponential", base: "50 millis" },
  jitter: "full"
} as const

const scenarios: Readonly<Record<string, Omit<typeof Scenario.Encoded, "requests">>> = {
  "no policy": { arrivals, upstream: { servers: 10, service: exponential }, policy: {} },
  "timeout": { arrivals, upstream: { servers: 10, service: exponential }, policy: { timeout: "1 second" } },
  "timeouts and retries": {
    arrivals,
    upstream: { service: exponential, failure: 0.1 },
    policy: { timeout: "1 second", attemptTimeout: "300 millis", retry }
  },
  "every part": {
    arrivals,
    upstream: { service: exponential, failure: 0.1 },
    policy: {
      rateLimit: { permits: 1000, per: "1 second" },
      concurrency: { limit: 50, queue: 100, maxWait: "1 second" },
      timeout: "1 second",
      retry: { ...retry, budget: { ratio: 0.2 } },
      breaker: { failures: 20, openFor: "1 second" },
      attemptTimeout: "300 millis"
    }
  },
  "hedge": {
    arrivals,
    upstream: { service: exponential },
    policy: { timeout: "1 second", hedge: { after: "200 millis" } }
  }
}

const speedOf = (name: string) =>
  Effect.gen(function*() {
    const scenario = yield* Schema.decodeUnknown(Scenario)({ ...scenarios[name], requests })
    const began = threadTime()
    yield* simulate(scenario, { seed: 1 })
    return requests / (threadTime() - began)
  })

commandLine(Effect.gen(function*() {
  const names = Object.keys(scenarios)
  const speeds = new Map(names.map((name) => [name, new Array<number>()]))
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      speeds.get(name)?.push(yield* speedOf(name))
    }
  }
  yield* Console.log(`virtual requests a second of processor time: median of ${rounds} runs, and the best`)
  for (const [name, all] of speeds) {
    yield* Console.log(
      name.padEnd(24),
      String(Math.round(median(all))).padStart(8),
      String(Math.round(Math.max(...all))).padStart(8)
    )
  }
}))
