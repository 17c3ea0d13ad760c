import { Context, Duration, Effect, Layer } from "effect"
import { AppConfig } from "../AppConfig.ts"
import { type InvalidInput, type Overloaded, TimedOut } from "../domain/Problem.ts"
import type { Report } from "../simulation/Report.ts"
import type { Scenario } from "../simulation/Scenario.ts"
import type { OutOfBounds } from "../simulation/simulate.ts"
import type { Timeline } from "../timeline/Timeline.ts"
import { SimulatedRequestNotFound } from "./Api.ts"
import { checkRequests, expectedOf, refusalOf } from "./bounds.ts"
import { type OnProgress, SimulationPool } from "./SimulationPool.ts"

/** Refusals and limits of a simulation: a scenario or run out of bounds, a full queue, a run that takes too long. */
export type Failure = InvalidInput | Overloaded | TimedOut

/** Simulations that clients ask for, within the bounds of the settings. An interruption stops their threads. */
export class Simulations extends Context.Tag("barista/predictions/Simulations")<Simulations, {
  /** Refuses what `run` would refuse at once. */
  readonly check: (scenario: Scenario, seeds: number) => Effect.Effect<void, InvalidInput | Overloaded>
  /** Runs a scenario with so many seeds; progress counts the requests of all of them. */
  readonly run: (scenario: Scenario, seeds: number, onProgress?: OnProgress) => Effect.Effect<Report, Failure>
  /** Records the request with this number, from 0. */
  readonly record: (scenario: Scenario, request: number) => Effect.Effect<Timeline, Failure | SimulatedRequestNotFound>
}>() {
  static readonly layer = Layer.effect(
    Simulations,
    Effect.gen(function*() {
      const { simulationMaxRequests: most, simulationTimeout } = yield* AppConfig
      const pool = yield* SimulationPool

      const inTime = Effect.timeoutFail({
        duration: simulationTimeout,
        onTimeout: () => new TimedOut({ what: "POST /simulations", after: Duration.toSeconds(simulationTimeout) })
      })

      const named = (scenario: Scenario, seeds: number) => (passed: OutOfBounds) =>
        Effect.fail(refusalOf(passed, scenario, most, seeds))

      return {
        check: (scenario, seeds) => Effect.zipRight(checkRequests(scenario, seeds, most), pool.check),
        run: Effect.fn("Simulations.run")(function*(scenario, seeds, onProgress) {
          yield* checkRequests(scenario, seeds, most)
          const mostRequests = expectedOf(scenario) === undefined ? Math.floor(most / seeds) : undefined
          return yield* pool.run(scenario, seeds, { onProgress, mostRequests }).pipe(
            Effect.catchTag("OutOfBounds", named(scenario, seeds)),
            inTime
          )
        }),
        record: Effect.fn("Simulations.record")(function*(scenario, request) {
          yield* checkRequests(scenario, 1, most)
          return yield* pool.record(scenario, request).pipe(
            Effect.catchTags({
              OutOfBounds: named(scenario, 1),
              NoSuchRequest: ({ requests }) => new SimulatedRequestNotFound({ request, requests })
            }),
            inTime
          )
        })
      }
    })
  )
}
