import { Data, Effect } from "effect"
import { type Entry, LinkedQueue } from "../collections/LinkedQueue.ts"
import { waitFor } from "../domain/Wait.ts"
import { type Sampler, sampler } from "./Distribution.ts"
import { purposes, uniform } from "./draws.ts"
import { ModelledCache } from "./ModelledCache.ts"
import type { Fault, Upstream } from "./Scenario.ts"
import type { Timer } from "./TimerHeap.ts"
import type { VirtualTime } from "./VirtualClock.ts"

/** An attempt failed at the upstream, which may not happen again. */
export class UpstreamFailed extends Data.TaggedError("UpstreamFailed")<{
  readonly reason: "failure" | "queue full" | "down"
}> {
  readonly transient = true
}

/** The end of an attempt at the upstream. An abandoned one was not served to its end. */
export const attemptOutcomes = ["served", "failure", "queue full", "down", "abandoned"] as const
export type AttemptOutcome = (typeof attemptOutcomes)[number]

/** One attempt of a request at the upstream. Times are nanoseconds; `start` is -1 for one that was never served. */
export interface Attempt {
  readonly request: number
  /** From 1. */
  readonly attempt: number
  readonly sent: number
  /** The service time that it needs, faults included. */
  demand: number
  start: number
  /** True once nobody waits for the attempt. */
  isAbandoned: boolean
}

/** Sees each attempt as it comes, begins to be served, and leaves the upstream. */
export interface AttemptObserver {
  sent(): void
  begun(attempt: Attempt): void
  left(attempt: Attempt, outcome: AttemptOutcome): void
}

interface Call extends Attempt {
  readonly resume: (effect: Effect.Effect<void, UpstreamFailed>) => void
  place: Entry<Call> | undefined
  timer: Timer | undefined
}

const failures = {
  failure: Effect.fail(new UpstreamFailed({ reason: "failure" })),
  "queue full": Effect.fail(new UpstreamFailed({ reason: "queue full" })),
  down: Effect.fail(new UpstreamFailed({ reason: "down" }))
} as const

/** The reason of waits for the upstream, which a recorder finds. */
const served = waitFor("upstream", () => ({ url: "modelled upstream" }))

/** Moves the end of a service past the frozen times that it meets. */
const pastFrozen = (frozen: ReadonlyArray<Fault>, start: number, demand: number): number => {
  let end = start + demand
  let from = start
  for (const fault of frozen) {
    if (fault.to <= from || fault.from >= end) continue
    end += fault.to - Math.max(from, fault.from)
    from = fault.to
  }
  return end
}

/** A server with places, a queue and bad times. Its attempts take no fiber, only a timer each. */
export class ModelledUpstream {
  private readonly line = new LinkedQueue<Call>()
  private readonly service: Sampler
  private readonly frozen: ReadonlyArray<Fault>
  private readonly faults: ReadonlyArray<Fault>
  private readonly limit: number
  private readonly newestFirst: boolean
  private readonly runsOn: boolean
  private readonly cache: ModelledCache | undefined
  private free: number
  private readonly model: Upstream
  private readonly seed: number
  private readonly time: VirtualTime
  private readonly observer: AttemptObserver

  constructor(model: Upstream, seed: number, time: VirtualTime, observer: AttemptObserver) {
    this.model = model
    this.seed = seed
    this.time = time
    this.observer = observer
    this.service = sampler(model.service, purposes.service)
    this.faults = model.faults ?? []
    this.frozen = this.faults.filter(({ frozen }) => frozen === true).toSorted((one, other) => one.from - other.from)
    this.limit = model.queue?.limit ?? Infinity
    this.newestFirst = model.queue?.order === "lifo"
    this.runsOn = model.abandoned !== "frees"
    this.cache = model.cache && new ModelledCache(model.cache, seed, this.faults)
    this.free = model.servers ?? Infinity
  }

  /** The attempts that wait for a place. */
  waiting = 0
  private serving = 0

  /** The attempts that wait or are served, those that nobody waits for included. */
  get present(): number {
    return this.waiting + this.serving
  }

  /** Makes the effect that is one attempt of a request. An interruption abandons the attempt. */
  call(request: number, attempt: number): Effect.Effect<void, UpstreamFailed> {
    return Effect.async((resume) => {
      const call: Call = {
        request,
        attempt,
        sent: this.time.now,
        demand: this.service(this.seed, request, attempt),
        start: -1,
        isAbandoned: false,
        resume,
        place: undefined,
        timer: undefined
      }
      this.observer.sent()
      this.take(call)
      return Effect.sync(() => this.abandon(call))
    }, served)
  }

  private take(call: Call): void {
    if (this.cache?.has(call.request, this.time.now) === true) return this.hit(call)
    if (this.fault((fault) => fault.down)) return this.refuse(call, "down")
    if (this.free > 0) return this.serve(call)
    if (this.waiting >= this.limit) return this.refuse(call, "queue full")
    this.waiting++
    call.place = this.line.add(call)
  }

  private refuse(call: Call, reason: "queue full" | "down"): void {
    this.observer.left(call, reason)
    call.resume(failures[reason])
  }

  private hit(call: Call): void {
    call.start = call.sent
    call.demand = 0
    this.observer.begun(call)
    this.observer.left(call, "served")
    call.resume(Effect.void)
  }

  /** The factor by which service is slower, as so many places are in use. */
  private crowding(): number {
    const { servers, whenFull } = this.model
    return whenFull === undefined || servers === undefined
      ? 1
      : 1 + (whenFull.slower - 1) * (this.serving / servers) ** whenFull.power
  }

  private serve(call: Call): void {
    const { now } = this.time
    this.free--
    this.serving++
    call.start = now
    call.demand = Math.round(call.demand * (this.fault((fault) => fault.slower) ?? 1) * this.crowding())
    this.observer.begun(call)
    const share = this.fault((fault) => fault.failure) ?? this.model.failure ?? 0
    const fails = share > 0 && uniform(this.seed, call.request, call.attempt, purposes.failure) < share
    call.timer = this.time.at(pastFrozen(this.frozen, now, call.demand), () => this.finish(call, fails))
  }

  private finish(call: Call, fails: boolean): void {
    call.timer = undefined
    this.observer.left(call, fails ? "failure" : "served")
    this.next()
    if (!call.isAbandoned && !fails) this.cache?.fill(call.request, this.time.now)
    if (!call.isAbandoned) call.resume(fails ? failures.failure : Effect.void)
  }

  private next(): void {
    this.free++
    this.serving--
    const entry = this.newestFirst ? this.line.last : this.line.first
    if (entry === undefined) return
    this.leave(entry)
    this.serve(entry.value)
  }

  private leave(entry: Entry<Call>): void {
    this.line.remove(entry)
    this.waiting--
    entry.value.place = undefined
  }

  private abandon(call: Call): void {
    call.isAbandoned = true
    if (this.runsOn) return
    if (call.place !== undefined) this.leave(call.place)
    else if (call.timer !== undefined) {
      this.time.cancel(call.timer)
      this.next()
    } else return
    this.observer.left(call, "abandoned")
  }

  /** Finds what the faults of this moment say, the last one that says anything. */
  private fault<A>(of: (fault: Fault) => A | undefined): A | undefined {
    let found: A | undefined
    for (const fault of this.faults) {
      if (this.time.now >= fault.from && this.time.now < fault.to) found = of(fault) ?? found
    }
    return found
  }
}
