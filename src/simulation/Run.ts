import {
  Clock,
  Context,
  DefaultServices,
  Effect,
  type Fiber,
  FiberId,
  FiberRef,
  FiberRefs,
  Random,
  Runtime,
  RuntimeFlags,
  type Scheduler
} from "effect"
import * as PolicyInterpreter from "../policy/PolicyInterpreter.ts"
import type { PolicyFailure } from "../policy/PolicyRefused.ts"
import * as Arrivals from "./Arrivals.ts"
import { KeyedRandom } from "./KeyedRandom.ts"
import { ModelledUpstream, type UpstreamFailed } from "./ModelledUpstream.ts"
import { RequestOutcomes } from "./RequestOutcomes.ts"
import { Samples } from "./Samples.ts"
import { mostUnderWay, type Scenario } from "./Scenario.ts"
import { StepScheduler } from "./StepScheduler.ts"
import { Trace } from "./Trace.ts"
import { VirtualClock } from "./VirtualClock.ts"

/** Virtual nanoseconds of a run at most, 100 days: beyond, they would not be exact. */
const longestRun = 100 * 86_400_000_000_000

/** A bound that each run has, so that no scenario takes the memory of its host. */
export type Bound = "requests under way" | "attempts at the upstream" | "virtual time" | "requests"

/** Starts the fiber of a request in other surroundings, such as those of a recorder; undefined for most requests. */
export type Fork = (
  request: number,
  effect: Effect.Effect<void, UpstreamFailed | PolicyFailure>,
  surroundings: Surroundings
) => Fiber.RuntimeFiber<void, UpstreamFailed | PolicyFailure> | undefined

/** The parts of a run that such surroundings stand before. */
export interface Surroundings {
  readonly runtime: Runtime.Runtime<never>
  readonly clock: VirtualClock
  readonly scheduler: Scheduler.Scheduler
}

/** Additions to a run, which do not change its course. */
export interface RunOptions {
  /** Takes the trace, a line for each attempt, the columns first. */
  readonly write?: (line: string) => void
  /** Bounds the requests of arrivals whose number the scenario does not tell. */
  readonly mostRequests?: number
  readonly fork?: Fork
}

const nobody = { request: 0, attempt: 0 }

/** A runtime with nothing but what policies stand on: clock, chance and scheduler. A fiber is cheap in it. */
const leanRuntime = (clock: Clock.Clock, random: Random.Random, scheduler: Scheduler.Scheduler) => {
  const fiberId = FiberId.unsafeMake()
  const services = DefaultServices.liveServices.pipe(
    Context.add(Clock.Clock, clock),
    Context.add(Random.Random, random)
  )
  const fiberRefs = FiberRefs.empty().pipe(
    FiberRefs.updateAs({ fiberId, fiberRef: DefaultServices.currentServices, value: services }),
    FiberRefs.updateAs({ fiberId, fiberRef: FiberRef.currentScheduler, value: scheduler })
  )
  const { runtimeFlags } = Runtime.defaultRuntime
  return Runtime.make({
    context: Context.empty(),
    fiberRefs,
    runtimeFlags: RuntimeFlags.disable(runtimeFlags, RuntimeFlags.RuntimeMetrics)
  })
}

/** One run of a scenario with one seed, advanced in steps by its caller. */
export class Run {
  readonly samples: Samples
  readonly scenario: Scenario
  readonly clock = new VirtualClock()
  readonly scheduler = new StepScheduler()
  private readonly upstream: ModelledUpstream
  private readonly transform: PolicyInterpreter.Transformer
  readonly runtime: Runtime.Runtime<never>
  /** The requests of fibers that draw, by the number of the fiber; kept only where a policy draws. */
  private readonly requests = new Map<number, number>()
  private readonly draws: boolean
  private readonly outcomes: RequestOutcomes
  private readonly next: (request: number) => void
  private readonly fork: Fork | undefined
  private readonly mostRequests: number

  constructor(scenario: Scenario, seed: number, { fork, mostRequests: bound = Infinity, write }: RunOptions = {}) {
    this.scenario = scenario
    this.samples = new Samples(() => this.clock.now, new Trace(write), scenario.warmup ?? 0)
    this.upstream = new ModelledUpstream(scenario.upstream, seed, this.clock, this.samples)
    this.draws = scenario.policy.retry?.jitter !== undefined
    this.outcomes = new RequestOutcomes(scenario.policy)
    this.transform = Effect.runSync(PolicyInterpreter.make(scenario.policy, scenario.name)).apply()
    const random = new KeyedRandom(seed, (fiber) => this.drawerOf(fiber))
    this.runtime = leanRuntime(this.clock, random, this.scheduler)
    this.mostRequests = bound
    this.fork = fork
    this.next = Arrivals.begin(scenario, seed, this.clock, {
      count: () => this.samples.requests,
      arrive: () => this.arrive()
    })
  }

  /** Takes at most so many steps; returns true once nothing happens any more, or a bound of the run is passed. */
  advance(steps: number): boolean {
    for (let step = 0; step < steps; step++) {
      this.scheduler.runAll()
      if (!this.clock.wakeNext()) return true
    }
    return this.passedBound !== undefined
  }

  /** The bound that the run has passed, if there is one. */
  get passedBound(): Bound | undefined {
    if (this.samples.inFlight > mostUnderWay) return "requests under way"
    if (this.upstream.present > mostUnderWay) return "attempts at the upstream"
    if (this.samples.requests > this.mostRequests) return "requests"
    return this.clock.now > longestRun ? "virtual time" : undefined
  }

  private drawerOf(fiber: number) {
    const request = this.requests.get(fiber)
    return request === undefined ? nobody : { request, attempt: this.samples.attempts.values[request] ?? 0 }
  }

  private arrive(): void {
    const request = this.samples.arrive()
    const attempt = Effect.suspend(() => this.upstream.call(request, this.samples.nextAttempt(request)))
    const effect = this.transform(attempt, this.outcomes.hook(request))
    const fiber = this.fork?.(request, effect, this) ?? Runtime.runFork(this.runtime, effect)
    if (this.draws) this.requests.set(fiber.id().id, request)
    fiber.addObserver((exit) => {
      if (this.draws) this.requests.delete(fiber.id().id)
      this.samples.end(request, this.outcomes.of(request, this.samples.attempts.values[request] ?? 0, exit))
      this.next(request)
    })
  }
}
