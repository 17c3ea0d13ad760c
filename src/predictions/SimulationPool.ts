import { Context, Data, Duration, Effect, Layer, Schema, type Scope } from "effect"
import { MessageChannel, type MessagePort } from "node:worker_threads"
import { AppConfig } from "../AppConfig.ts"
import { Overloaded } from "../domain/Problem.ts"
import { term } from "../domain/Term.ts"
import type { Text } from "../domain/Text.ts"
import { workerFile } from "../platform/workers/entry.ts"
import * as WorkerPool from "../platform/workers/WorkerPool.ts"
import { Advice } from "../simulation/advisor/Advice.ts"
import { Question, type Recorded as RecordedLatencies } from "../simulation/advisor/Question.ts"
import { type Report, reportOf, seedsOf, type TimedResult } from "../simulation/Report.ts"
import type { Bound } from "../simulation/Run.ts"
import { Scenario } from "../simulation/Scenario.ts"
import { OutOfBounds } from "../simulation/simulate.ts"
import type { Timeline } from "../timeline/Timeline.ts"
import type { Recorded } from "./recordRequest.ts"

/** A run that passed one of its bounds, after so many milliseconds of virtual time. */
interface Passed {
  readonly passed: Bound
  readonly millis: number
}

/** Calls of the pool's threads. A port takes the number of requests that have ended, some times a second. */
export type SimulationCalls = {
  readonly simulate: {
    readonly input: {
      readonly scenario: typeof Scenario.Encoded
      readonly seed: number
      readonly mostRequests: number | undefined
      readonly progress: MessagePort | undefined
    }
    readonly answer: TimedResult | Passed
  }
  readonly record: {
    readonly input: { readonly scenario: typeof Scenario.Encoded; readonly seed: number; readonly request: number }
    readonly answer: Recorded
  }
  readonly advise: {
    readonly input: {
      readonly question: typeof Question.Encoded
      readonly recorded: RecordedLatencies | undefined
      readonly progress: MessagePort | undefined
    }
    readonly answer: typeof Advice.Encoded | Unadvised | Passed
  }
}

/** A question without a sound answer, and the reason in both languages. */
interface Unadvised {
  readonly unadvised: Text
}

/** The recorded times do not bear an advice. */
export class CannotAdvise extends Data.TaggedError("CannotAdvise")<{ readonly reason: Text }> {}

/** Takes the number of requests that have ended in all runs. */
export type OnProgress = (done: number) => void

export interface RunOptions {
  readonly onProgress?: OnProgress | undefined
  /** Bounds the requests of each seed where the scenario does not tell their number. */
  readonly mostRequests?: number | undefined
}

/** A run has no request of the number: it had fewer. */
export class NoSuchRequest extends Schema.TaggedError<NoSuchRequest>()("NoSuchRequest", { requests: Schema.Int }) {}

/**
 * Runs simulations on worker threads, one for each seed. An interruption stops them at once. A run is admitted once,
 * with all its seeds.
 */
export class SimulationPool extends Context.Tag("barista/predictions/SimulationPool")<SimulationPool, {
  /** Runs a scenario with so many seeds: its own, which is 1 if it has none, and those that follow. */
  readonly run: (
    scenario: Scenario,
    seeds: number,
    options?: RunOptions
  ) => Effect.Effect<Report, OutOfBounds | Overloaded>
  /** Fails if `run` would fail now for want of room. */
  readonly check: Effect.Effect<void, Overloaded>
  /** Records one request of a scenario, by its number from 0, with the scenario's own seed. */
  readonly record: (
    scenario: Scenario,
    request: number
  ) => Effect.Effect<Timeline, OutOfBounds | Overloaded | NoSuchRequest>
  /** Advises a policy. The times are those that the question names, if it names some. */
  readonly advise: (
    question: Question,
    recorded: RecordedLatencies | undefined,
    onProgress?: OnProgress
  ) => Effect.Effect<Advice, OutOfBounds | Overloaded | CannotAdvise>
}>() {
  /** Makes a pool for a command, which has no other callers. */
  static readonly layerWith = (threads: number, queue: number) => Layer.scoped(SimulationPool, make(threads, queue))

  static readonly layer = Layer.scoped(
    SimulationPool,
    Effect.flatMap(AppConfig, ({ simulationQueue, simulationWorkers }) => make(simulationWorkers, simulationQueue))
  )
}

const encode = Schema.encodeSync(Scenario)
const encodeQuestion = Schema.encodeSync(Question)
const decodeAdvice = Schema.decode(Advice)

const name = term("threads de simulation", "simulation pool")

/** Seconds after which a client may try again: many runs take less. */
const retryAfter = 5

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

const outOfBounds = ({ millis, passed }: Passed) => new OutOfBounds({ bound: passed, after: Duration.millis(millis) })

/** Adds up the counts of several runs. */
const adding = (onProgress: OnProgress) => {
  const done = new Map<number, number>()
  return (seed: number) => (count: number) => {
    done.set(seed, count)
    onProgress([...done.values()].reduce((sum, one) => sum + one, 0))
  }
}

const make = (threads: number, queue: number): Effect.Effect<
  Context.Tag.Service<SimulationPool>,
  never,
  Scope.Scope
> =>
  Effect.map(
    WorkerPool.make<SimulationCalls>({ name, file: workerFile("Simulation"), threads, places: threads }),
    ({ callPatiently: call }): Context.Tag.Service<SimulationPool> => {
      let runs = 0
      const check = Effect.suspend(() =>
        runs >= threads + queue ? new Overloaded({ what: name, retry_after: retryAfter }) : Effect.void
      )
      const admitted = Effect.acquireRelease(
        Effect.tap(check, () => {
          runs++
        }),
        () => Effect.sync(() => runs--)
      )

      const runOnce = (
        scenario: typeof Scenario.Encoded,
        seed: number,
        mostRequests: number | undefined,
        onProgress: OnProgress | undefined
      ) =>
        Effect.gen(function*() {
          const progress = onProgress && (yield* listening(onProgress))
          const answer = yield* call("simulate", { scenario, seed, mostRequests, progress }, {
            transfer: progress === undefined ? [] : [progress]
          })
          return "passed" in answer ? yield* outOfBounds(answer) : answer
        }).pipe(Effect.scoped)

      const run = Effect.fn("SimulationPool.run")(
        function*(scenario: Scenario, seeds: number, { mostRequests, onProgress }: RunOptions = {}) {
          yield* admitted
          const encoded = encode(scenario)
          const told = onProgress && adding(onProgress)
          const [first = 1, ...others] = seedsOf(scenario.seed ?? 1, seeds)
          const one = (seed: number) => runOnce(encoded, seed, mostRequests, told?.(seed))
          const [result, ...results] = yield* Effect.all([one(first), ...others.map(one)], { concurrency: threads })
          return reportOf([result, ...results])
        },
        Effect.scoped
      )

      const record = Effect.fn("SimulationPool.record")(
        function*(scenario: Scenario, request: number) {
          yield* admitted
          const answer = yield* call("record", { scenario: encode(scenario), seed: scenario.seed ?? 1, request })
          if ("timeline" in answer) return answer.timeline
          return yield* "passed" in answer ? outOfBounds(answer) : new NoSuchRequest({ requests: answer.requests })
        },
        Effect.scoped
      )

      const advise = Effect.fn("SimulationPool.advise")(
        function*(question: Question, recorded: RecordedLatencies | undefined, onProgress?: OnProgress) {
          yield* admitted
          const progress = onProgress && (yield* listening(onProgress))
          const answer = yield* call("advise", { question: encodeQuestion(question), recorded, progress }, {
            transfer: progress === undefined ? [] : [progress]
          })
          if ("unadvised" in answer) return yield* new CannotAdvise({ reason: answer.unadvised })
          return "passed" in answer ? yield* outOfBounds(answer) : yield* Effect.orDie(decodeAdvice(answer))
        },
        Effect.scoped
      )

      return { check, run, record, advise }
    }
  )
