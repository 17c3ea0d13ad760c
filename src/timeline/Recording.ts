import {
  Clock,
  Context,
  DefaultServices,
  Duration,
  Effect,
  type Exit,
  Fiber,
  FiberId,
  FiberRef,
  FiberRefs,
  type Option,
  Runtime,
  type Scheduler,
  Tracer
} from "effect"
import { currentWait } from "../domain/Wait.ts"
import type { NamedPolicy } from "../policy/Policy.ts"
import { type PolicyObserver, policyObserver } from "../policy/PolicyObserver.ts"
import { type Refusal, refusals } from "../policy/PolicyRefused.ts"
import { type After, isLive, type TimerClock, timersOfClock } from "../policy/Timers.ts"
import { assemble } from "./assemble.ts"
import { blockEvents, EventLog, EventMemory, type Kind, kinds, nobody } from "./EventLog.ts"
import { FiberHooks, outcomeOf, outcomes } from "./FiberHooks.ts"
import { currentId } from "./FiberParts.ts"
import { loopStalls, type Stall } from "./LoopStalls.ts"
import { RecordedSpan, type SpanLog } from "./RecordedSpan.ts"
import { numberOfName } from "./spanNames.ts"
import { noteOf, type SpanNotes } from "./SpanNotes.ts"
import type { Outcome, Timeline } from "./Timeline.ts"

/** Events of a process that records itself, such as a demo: 21 MiB at most. */
const defaultEvents = 1 << 20

/** Spans of a recording of which attributes are kept. A test that calls more often would be of no use. */
const mostNotes = 1_000

const nanosPerMilli = 1_000_000

/** The cost of one event, hooks included: `npm run bench:recorder` measured 120 to 570 ns. */
const nanosPerEvent = 500

/** A clock that reports each sleep to the recorder, and passes it to another clock. */
class RecordedClock implements TimerClock {
  readonly [Clock.ClockTypeId]: Clock.ClockTypeId = Clock.ClockTypeId
  private readonly inner: Clock.Clock
  private readonly hooks: FiberHooks
  private readonly scheduler: Scheduler.Scheduler

  constructor(inner: Clock.Clock, hooks: FiberHooks, scheduler: Scheduler.Scheduler) {
    this.inner = inner
    this.hooks = hooks
    this.scheduler = scheduler
  }

  /** The timers of policies are no fiber's, and stay out of the recording. */
  get after(): After {
    return timersOfClock(this.inner, this.scheduler)
  }

  get currentTimeMillis() {
    return this.inner.currentTimeMillis
  }

  get currentTimeNanos() {
    return this.inner.currentTimeNanos
  }

  unsafeCurrentTimeMillis(): number {
    return this.inner.unsafeCurrentTimeMillis()
  }

  unsafeCurrentTimeNanos(): bigint {
    return this.inner.unsafeCurrentTimeNanos()
  }

  sleep(duration: Duration.Duration): Effect.Effect<void> {
    return Effect.withFiberRuntime((fiber) => {
      this.hooks.add(kinds.sleep, fiber.id().id, Math.round(Math.min(Duration.toMillis(duration), nobody - 1)))
      return this.inner.sleep(duration)
    })
  }
}

/** A tracer that notes each span, and passes it to the collector, if there is one. */
class RecordedTracer implements Tracer.Tracer {
  readonly [Tracer.TracerTypeId]: Tracer.TracerTypeId = Tracer.TracerTypeId
  private readonly log: SpanLog
  private readonly collector: Tracer.Tracer | undefined

  constructor(log: SpanLog, collector: Tracer.Tracer | undefined) {
    this.log = log
    this.collector = collector
  }

  context<X>(evaluate: () => X, fiber: Fiber.RuntimeFiber<unknown, unknown>): X {
    return this.collector === undefined ? evaluate() : this.collector.context(evaluate, fiber)
  }

  // parameters by name, as this runs for each span: rest and spread would copy them
  span(
    name: string,
    parent: Option.Option<Tracer.AnySpan>,
    context: Context.Context<never>,
    links: ReadonlyArray<Tracer.SpanLink>,
    startTime: bigint,
    kind: Tracer.SpanKind,
    options?: Tracer.SpanOptions
  ): RecordedSpan {
    const collected = this.collector?.span(name, parent, context, links, startTime, kind, options)
    return new RecordedSpan(this.log, collected, name, parent, context, startTime, kind)
  }
}

/** The names of a recording. */
export interface Identity {
  /** The trace of the run, 32 hexadecimal digits. */
  readonly id: string
  readonly name: string
  readonly clock: Timeline["clock"]
}

/** The parts of the run's surroundings that a recording stands before. */
export interface Surroundings {
  readonly clock: Clock.Clock
  readonly scheduler: Scheduler.Scheduler
  /** A tracer that collects spans, and gets those of the recording too. */
  readonly collector: Tracer.Tracer | undefined
  /** Keeps the fibers, so that one of them can be interrupted. */
  readonly keepsFibers?: boolean
}

/** A recording, which collects the events of one run's fibers and makes a timeline of them at any time. */
export class Recording {
  readonly id: string
  readonly name: string
  readonly clock: Timeline["clock"]
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly log: EventLog
  /** The attributes of spans that are kept, by the number of the span. */
  notes: Map<number, SpanNotes> | undefined
  /** The policies that were at work, by name. */
  policies: Map<string, NamedPolicy> | undefined
  /** Stalls of the event loop while it ran. */
  readonly stalls: Array<Stall> = []
  /** The end in nanoseconds since the start, with the outcome; undefined while it runs. */
  ended: { readonly at: number; readonly outcome: Outcome } | undefined
  private readonly time: Clock.Clock
  /** The start in milliseconds of `performance.now()`; undefined where the clock is not the machine's. */
  private readonly liveFrom: number | undefined
  private readonly from: bigint

  constructor({ clock, id, name }: Identity, log: EventLog, time: Clock.Clock) {
    this.id = id
    this.name = name
    this.clock = clock
    this.startedAt = time.unsafeCurrentTimeMillis()
    this.log = log
    this.time = time
    this.liveFrom = isLive(time) ? performance.now() : undefined
    this.from = this.liveFrom === undefined ? time.unsafeCurrentTimeNanos() : 0n
  }

  /** True if the clock of the run is the machine's. */
  get isLive(): boolean {
    return this.liveFrom !== undefined
  }

  /** Whole nanoseconds since the start, by the clock of the run. */
  now(): number {
    return this.liveFrom === undefined
      ? Number(this.time.unsafeCurrentTimeNanos() - this.from)
      : Math.round((performance.now() - this.liveFrom) * nanosPerMilli)
  }

  /** The same for a moment of `performance.now()`; undefined where the clock is not the machine's. */
  at(millis: number): number | undefined {
    return this.liveFrom === undefined ? undefined : Math.round((millis - this.liveFrom) * nanosPerMilli)
  }

  /** The same the other way round. */
  momentOf(nanos: number): number | undefined {
    return this.liveFrom === undefined ? undefined : this.liveFrom + nanos / nanosPerMilli
  }

  /** The timeline so far; fibers that have not ended are `running`. */
  timeline(): Timeline {
    return assemble(this, this.log.read(), this.log.lost > 0)
  }

  /** The time that recording took, estimated from the cost of one event; 0 where it took no time of the clock. */
  get recordedInNs(): number {
    return this.clock === "virtual" ? 0 : Math.round((this.log.size + this.log.lost) * nanosPerEvent)
  }

  /** Ends the recording. Fibers that outlive it are `running` for good. */
  end(outcome: Outcome): void {
    if (this.ended !== undefined) return
    this.ended = { at: this.now(), outcome }
    this.log.close()
    loopStalls.end(this)
  }
}

/** Notes the moments of spans and policies of one recording. */
class Moments implements SpanLog, PolicyObserver {
  private readonly recording: Recording
  private readonly hooks: FiberHooks
  private spans = 0

  constructor(recording: Recording, hooks: FiberHooks) {
    this.recording = recording
    this.hooks = hooks
  }

  get id(): string {
    return this.recording.id
  }

  begin(name: string): number {
    this.hooks.add(kinds.span, currentId(), numberOfName(name), ++this.spans)
    return this.spans
  }

  note(span: number, key: string, value: unknown): void {
    const kept = noteOf(key, value)
    if (kept === undefined) return
    const notes = this.recording.notes ??= new Map()
    if (notes.size < mostNotes) notes.set(span, { ...notes.get(span), ...kept })
  }

  end(span: number, exit: Exit.Exit<unknown, unknown>): void {
    this.hooks.add(kinds.spanEnd, currentId(), span, outcomes.indexOf(outcomeOf(exit)))
  }

  attempt(fiber: FiberId.Runtime, number: number, policy: NamedPolicy): void {
    this.noteMoment(kinds.attempt, fiber, number, policy)
  }

  pause(fiber: FiberId.Runtime, millis: number): void {
    this.hooks.add(kinds.pause, fiber.id, Math.round(millis))
  }

  timeout(fiber: FiberId.Runtime, interruptor: FiberId.Runtime, millis: number): void {
    this.hooks.add(kinds.timeout, fiber.id, interruptor.id, Math.round(millis))
  }

  ended(fiber: FiberId.Runtime, interruptor: FiberId.Runtime): void {
    this.hooks.add(kinds.region, fiber.id, interruptor.id)
  }

  refused(fiber: FiberId.Runtime, reason: Refusal, policy: NamedPolicy): void {
    this.noteMoment(kinds.refused, fiber, refusals.indexOf(reason), policy)
  }

  hedged(fiber: FiberId.Runtime, copy: number, policy: NamedPolicy): void {
    this.noteMoment(kinds.hedged, fiber, copy, policy)
  }

  budgetSpent(fiber: FiberId.Runtime, policy: NamedPolicy): void {
    this.noteMoment(kinds.budgetSpent, fiber, nobody, policy)
  }

  breakerOpened(fiber: FiberId.Runtime, millis: number, policy: NamedPolicy): void {
    this.noteMoment(kinds.breakerOpened, fiber, Math.round(millis), policy)
  }

  private noteMoment(kind: Kind, fiber: FiberId.Runtime, value: number, policy: NamedPolicy): void {
    this.recording.policies ??= new Map()
    this.recording.policies.set(policy.name, policy)
    this.hooks.add(kind, fiber.id, value, numberOfName(policy.name))
  }
}

/** Records the fibers of one run while they run. */
export class FiberRecorder {
  readonly recording: Recording
  readonly hooks: FiberHooks
  readonly tracer: Tracer.Tracer
  private readonly recordedClock: Clock.Clock
  private readonly moments: Moments
  private readonly isCollected: boolean

  constructor(recording: Recording, { clock, collector, keepsFibers = false, scheduler }: Surroundings) {
    this.recording = recording
    const hooks = new FiberHooks(recording, scheduler, keepsFibers)
    loopStalls.begin(recording)
    this.hooks = hooks
    this.recordedClock = new RecordedClock(clock, hooks, scheduler)
    this.moments = new Moments(recording, hooks)
    this.tracer = new RecordedTracer(this.moments, collector)
    this.isCollected = collector !== undefined
  }

  timeline(): Timeline {
    return this.recording.timeline()
  }

  /** Notes that the server ends what still runs, which explains interruptions from outside of the recording. */
  stopping(): void {
    this.hooks.add(kinds.stop, nobody)
  }

  /** Runs an effect in a fiber of its own, recorded with all fibers that it forks; returns its exit. */
  run<A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<Exit.Exit<A, E>, never, R> {
    return Effect.uninterruptibleMask((restore) =>
      restore(effect).pipe(
        Effect.withTracer(this.tracer),
        Effect.withClock(this.recordedClock),
        // no child, which would be interrupted by the id of its parent instead of the one that tells the cause
        Effect.forkDaemon,
        Effect.locally(policyObserver, this.moments),
        Effect.locally(currentWait, "unnamed"),
        Effect.locally(FiberRef.currentSupervisor, this.hooks),
        Effect.withScheduler(this.hooks),
        // the FiberRefs of the recorded fiber stay with it: its clock and scheduler would be inherited by a join
        Effect.flatMap((fiber) =>
          Effect.onInterrupt(restore(Fiber.await(fiber)), (by) => Fiber.interruptAs(fiber, FiberId.combineAll(by)))
        ),
        Effect.ensuring(Effect.sync(() => loopStalls.end(this.recording)))
      )
    )
  }

  /** Makes a runtime whose fibers are recorded, with all that they fork. */
  runtime<R>(plain: Runtime.Runtime<R>): Runtime.Runtime<R> {
    const services = FiberRefs.getOrDefault(plain.fiberRefs, DefaultServices.currentServices)
    const refs = new Map(plain.fiberRefs.locals)
    const set = <A>(ref: FiberRef.FiberRef<A>, value: A) => refs.set(ref, [[FiberId.none, value]])
    set(policyObserver, this.moments)
    set(currentWait, "unnamed")
    set(FiberRef.currentSupervisor, this.hooks)
    set(FiberRef.currentScheduler, this.hooks)
    // the recording times its spans itself
    if (!this.isCollected) set(FiberRef.currentTracerTimingEnabled, false)
    const own = new Map(services.unsafeMap)
      .set(Tracer.Tracer.key, this.tracer)
      .set(Clock.Clock.key, this.recordedClock)
    set(DefaultServices.currentServices, Context.unsafeMake(own))
    return Runtime.make({ ...plain, fiberRefs: FiberRefs.unsafeMake(refs) })
  }
}

let recordings = 0

/** Begins a recording by the clock, on the scheduler and for the tracer of the calling fiber. */
export const make = (
  name: string,
  clock: Timeline["clock"],
  memory: EventMemory = new EventMemory(defaultEvents / blockEvents)
): Effect.Effect<FiberRecorder> =>
  Effect.withFiberRuntime((fiber) =>
    Effect.sync(() => {
      const { currentDefaultServices: services, currentScheduler: scheduler, currentTracer } = fiber
      const time = Context.get(services, Clock.Clock)
      const log = new EventLog(memory, memory.blocks * blockEvents)
      const recording = new Recording({ id: String(++recordings), name, clock }, log, time)
      return new FiberRecorder(recording, { clock: time, scheduler, collector: currentTracer })
    })
  )
