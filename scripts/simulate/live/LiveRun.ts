import { Deferred, Effect, type Fiber, FiberId } from "effect"
import type { UpstreamFailed as CallFailed } from "../../../src/platform/upstream/UpstreamFailed.ts"
import * as PolicyInterpreter from "../../../src/policy/PolicyInterpreter.ts"
import * as Arrivals from "../../../src/simulation/Arrivals.ts"
import { KeyedRandom } from "../../../src/simulation/KeyedRandom.ts"
import { UpstreamFailed } from "../../../src/simulation/ModelledUpstream.ts"
import { RequestOutcomes } from "../../../src/simulation/RequestOutcomes.ts"
import { Samples } from "../../../src/simulation/Samples.ts"
import type { Scenario } from "../../../src/simulation/Scenario.ts"
import { Trace } from "../../../src/simulation/Trace.ts"
import { type Host, LiveTime } from "./LiveTime.ts"
import { statuses } from "./protocol.ts"

/** Calls the upstream for one attempt of a request. */
export type Call = (request: number, attempt: number) => Effect.Effect<unknown, CallFailed>

const reasons: ReadonlyArray<UpstreamFailed["reason"]> = ["failure", "down", "queue full"]

/** The model's failure that a status stands for. A connection that fails is none of the model's: a defect. */
const asModelled = (failure: CallFailed): Effect.Effect<never, UpstreamFailed> => {
  const reason = reasons.find((one) => statuses[one] === failure.upstream_status)
  return reason === undefined ? Effect.die(failure) : new UpstreamFailed({ reason })
}

/** Runs an effect in a fiber that ends with the run. */
type Fork = <A, E>(effect: Effect.Effect<A, E>) => Fiber.RuntimeFiber<A, E>

/** A run of a scenario in the time of the host, against any upstream, with the interpreter of policies that serves. */
export class LiveRun {
  readonly samples: Samples
  readonly time: LiveTime
  readonly scenario: Scenario
  /** The delays, in nanoseconds, with which requests began after their intended arrival. */
  readonly lag: Array<number> = []
  /** Done when the last request has ended. */
  readonly done = Deferred.unsafeMake<void>(FiberId.none)
  private readonly seed: number
  private readonly host: Host
  private readonly fork: Fork
  private readonly call: Call
  private readonly transform: PolicyInterpreter.Transformer
  private readonly outcomes: RequestOutcomes
  private readonly next: (request: number) => void
  /** The intended time of the request that arrives at present. */
  private intended: number | undefined

  constructor(scenario: Scenario, seed: number, host: Host, fork: Fork, call: Call) {
    this.scenario = scenario
    this.seed = seed
    this.host = host
    this.fork = fork
    this.call = call
    this.time = new LiveTime(host, () => this.finish())
    this.samples = new Samples(() => this.intended ?? this.host.now(), new Trace(), scenario.warmup ?? 0)
    this.transform = Effect.runSync(PolicyInterpreter.make(scenario.policy, scenario.name)).apply()
    this.outcomes = new RequestOutcomes(scenario.policy)
    this.next = Arrivals.begin(scenario, seed, this.time, {
      count: () => this.samples.requests,
      arrive: () => this.arrive()
    })
  }

  private attemptsOf(request: number): number {
    return this.samples.attempts.values[request] ?? 0
  }

  private arrive(): void {
    const intended = this.time.now
    this.intended = intended
    const request = this.samples.arrive()
    this.intended = undefined
    const attempt = Effect.suspend(() => this.call(request, this.samples.nextAttempt(request))).pipe(
      Effect.catchAll(asModelled),
      Effect.asVoid
    )
    const random = new KeyedRandom(this.seed, () => ({ request, attempt: this.attemptsOf(request) }))
    const operation = this.transform(attempt, this.outcomes.hook(request)).pipe(Effect.withRandom(random))
    const fiber = this.fork(operation)
    this.lag.push(this.host.now() - intended)
    fiber.addObserver((exit) => {
      this.samples.end(request, this.outcomes.of(request, this.attemptsOf(request), exit))
      this.next(request)
      this.finish()
    })
  }

  private finish(): void {
    if (this.time.isIdle && this.samples.inFlight === 0) Deferred.unsafeDone(this.done, Effect.void)
  }
}
