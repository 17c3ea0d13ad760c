import { Data, Deferred, Duration, Effect, FiberSet, Layer } from "effect"
import { AppConfig } from "../../../src/AppConfig.ts"
import { Upstream } from "../../../src/platform/upstream/Upstream.ts"
import { figuresOf, timesOf } from "../../../src/simulation/figures.ts"
import type { Result, Times } from "../../../src/simulation/Result.ts"
import type { Scenario } from "../../../src/simulation/Scenario.ts"
import { type Call, LiveRun } from "./LiveRun.ts"
import { machine } from "./LiveTime.ts"
import { barePath, pathOf } from "./protocol.ts"
import * as UpstreamThread from "./UpstreamThread.ts"

/** Bounds of a live run: some minutes of one machine, which has a socket for each attempt under way. */
export const most = { requests: 20_000, seconds: 300, underWay: 2_000 } as const

/** A live run would pass a bound, or did. */
export class LiveRefused extends Data.TaggedError("LiveRefused")<{ readonly message: string }> {}

/** The figures of a live run. Times are milliseconds. */
export interface Measured {
  readonly result: Result
  /** The delays with which the generator began requests, after their intended arrival. */
  readonly lag: Times
  /** The delays of the timers of the upstream. */
  readonly upstreamLateness: Times
  /** Round trips of calls that the upstream answers at once, one after the other, before the run. */
  readonly bare: Times
}

/** Refuses a scenario whose prediction passes a bound of live runs. */
export const check = ({ requests, seconds, series }: Result): Effect.Effect<void, LiveRefused> => {
  const underWay = series.in_flight.reduce((high, count) => Math.max(high, count), 0)
  const passed = [
    requests > most.requests && `${requests} requests, where ${most.requests} run live at most`,
    seconds > most.seconds && `${Math.ceil(seconds)} seconds, where a live run takes ${most.seconds} at most`,
    underWay > most.underWay && `${underWay} requests under way, where ${most.underWay} run live at most`
  ].filter((one) => one !== false)
  return passed.length === 0 ? Effect.void : new LiveRefused({ message: `--live: ${passed.join("; ")}` })
}

const now = () => process.hrtime.bigint()

const bareCalls = 100

/** Measures the bare round trip, which also opens a connection and compiles the code of both sides. */
const measureBare = Effect.gen(function*() {
  const { get } = yield* Upstream
  const call = Effect.suspend(() => {
    const began = now()
    return Effect.map(get(barePath), () => Number(now() - began))
  })
  yield* Effect.replicateEffect(call, bareCalls, { concurrency: 1, discard: true })
  return timesOf(Float64Array.from(yield* Effect.replicateEffect(call, bareCalls, { concurrency: 1 })))
})

/** Time until the run begins, for its message to reach the thread. */
const ahead = Duration.millis(100)

/** Runs a scenario live, against its upstream at work on a thread. */
const run = (
  scenario: Scenario,
  seed: number,
  upstream: Effect.Effect.Success<ReturnType<typeof UpstreamThread.start>>
) =>
  Effect.gen(function*() {
    const { get } = yield* Upstream
    const bare = yield* Effect.orDie(measureBare)
    const fork = yield* FiberSet.makeRuntime<never>()
    const origin = now() + Duration.unsafeToNanos(ahead)
    yield* upstream.begin(origin)
    const call: Call = (request, attempt) => get(pathOf(request, attempt))
    const live = new LiveRun(scenario, seed, machine(origin), fork, call)
    yield* Deferred.await(live.done)
    const { lateness, upstream: there } = yield* upstream.figures
    const measured: Measured = {
      result: { ...figuresOf({ clock: live.time, samples: live.samples, scenario }, seed), upstream: there },
      lag: timesOf(Float64Array.from(live.lag)),
      upstreamLateness: lateness,
      bare
    }
    return measured
  })

/** The time that a run may take: twice the predicted one, and half a minute. */
const patience = (seconds: number) => Duration.seconds(2 * seconds + 30)

/**
 * Runs a scenario in real time: the policy live over real HTTP calls, and the modelled upstream behind a real server on
 * a thread. The luck is the one of the prediction. An interruption ends everything at once.
 */
export const measure = (scenario: Scenario, seed: number, predicted: Result) =>
  Effect.gen(function*() {
    yield* check(predicted)
    const upstream = yield* UpstreamThread.start(scenario, seed)
    const client = Upstream.layerHttp(upstream.url).pipe(
      Layer.provide(AppConfig.layerWith({ upstreamConnections: 10_000 }))
    )
    const longest = patience(predicted.seconds)
    return yield* run(scenario, seed, upstream).pipe(
      Effect.scoped,
      Effect.provide(client),
      Effect.timeoutFail({
        duration: longest,
        onTimeout: () => new LiveRefused({ message: `--live: the run took longer than ${Duration.format(longest)}` })
      }),
      Effect.raceFirst(upstream.failure)
    )
  }).pipe(Effect.scoped)
