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
  Runtime,
  type Scheduler,
  Tracer
} from "effect"
import { currentWait } from "../domain/Wait.ts"
import type { NamedPolicy } from "../policy/Policy.ts"
import { type PolicyObserver, policyObserver } from "../policy/PolicyObserver.ts"
import { isLive, type TimerClock, timersOfClock } from "../policy/Timers.ts"
import { assemble } from "./assemble.ts"
import { blockEvents, EventLog, EventMemory, kinds, nobody } from "./EventLog.ts"
import { currentId, FiberHooks, outcomeOf, outcomes } from "./FiberHooks.ts"
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

/** The time by a clock, in whole nanoseconds since now; and how moments of `performance.now()` appear on it. */
const timeSince = (clock: Clock.Clock): Pick<Recording, "now" | "at"> => {
  if (isLive(clock)) {
    const origin = performance.now()
    const at = (millis: number) => Math.round((millis - origin) * nanosPerMilli)
    return { at, now: () => at(performance.now()) }
  }
  const origin = clock.unsafeCurrentTimeNanos()
  return { at: () => undefined, now: () => Number(clock.unsafeCurrentTimeNanos() - origin) }
}

/** A clock that reports each sleep to the recorder, and passes it to another clock. */
const recordedClock = (clock: Clock.Clock, hooks: FiberHooks, scheduler: Scheduler.Scheduler): TimerClock => ({
  [Clock.ClockTypeId]: Clock.ClockTypeId,
  unsafeCurrentTimeMillis: () => clock.unsafeCurrentTimeMillis(),
  unsafeCurrentTimeNanos: () => clock.unsafeCurrentTimeNanos(),
  currentTimeMillis: clock.currentTimeMillis,
  currentTimeNanos: clock.currentTimeNanos,
  // the timers of policies are no fiber's, and stay out of the recording
  after: timersOfClock(clock, scheduler),
  sleep: (duration) =>
    Effect.withFiberRuntime((fiber) => {
      hooks.add(kinds.sleep, fiber.id().id, Math.round(Math.min(Duration.toMillis(duration), nobody - 1)))
      return clock.sleep(duration)
    })
})

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
  readonly notes = new Map<number, SpanNotes>()
  /** The policies that were at work, by name. */
  readonly policies = new Map<string, NamedPolicy>()
  /** Stalls of the event loop while it ran. */
  readonly stalls: Array<Stall> = []
  /** The end in nanoseconds since the start, with the outcome; undefined while it runs. */
  ended: { readonly at: number; readonly outcome: Outcome } | undefined
  /** Nanoseconds since the start. */
  readonly now: () => number
  /** The same for a moment of `performance.now()`; undefined where the clock is not the machine's. */
  readonly at: (millis: number) => number | undefined

  constructor({ clock, id, name }: Identity, log: EventLog, time: Clock.Clock) {
    this.id = id
    this.name = name
    this.clock = clock
    this.startedAt = time.unsafeCurrentTimeMillis()
    const { at, now } = timeSince(time)
    this.now = now
    this.at = at
    this.log = log
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

/** Records the fibers of one run while they run. */
export class FiberRecorder {
  readonly recording: Recording
  readonly hooks: FiberHooks
  readonly tracer: Tracer.Tracer
  private readonly recordedClock: Clock.Clock
  private readonly observer: PolicyObserver

  constructor(recording: Recording, { clock, collector, keepsFibers = false, scheduler }: Surroundings) {
    this.recording = recording
    const hooks = new FiberHooks(recording.log, recording.now, scheduler, {
      keepsFibers,
      stalled: recording.at(0) === undefined
        ? undefined
        : (fiber, nanos) => loopStalls.slice(recording, fiber, nanos / nanosPerMilli)
    })
    loopStalls.begin(recording)
    this.hooks = hooks
    this.recordedClock = recordedClock(clock, hooks, scheduler)
    this.tracer = recordedTracer(recording, hooks, collector)
    this.observer = {
      attempt: (fiber: FiberId.Runtime, number, policy) => {
        recording.policies.set(policy.name, policy)
        hooks.add(kinds.attempt, fiber.id, number, numberOfName(policy.name))
      },
      pause: (fiber: FiberId.Runtime, millis) => hooks.add(kinds.pause, fiber.id, Math.round(millis)),
      timeout: (fiber: FiberId.Runtime, interruptor, millis) =>
        hooks.add(kinds.timeout, fiber.id, interruptor.id, Math.round(millis)),
      ended: (fiber: FiberId.Runtime, interruptor) => hooks.add(kinds.region, fiber.id, interruptor.id)
    }
  }

  timeline(): Timeline {
    return this.recording.timeline()
  }

  /** Notes that the server stops, which explains interruptions from outside of the recording from now on. */
  stopping(): void {
    this.hooks.add(kinds.stop, nobody)
  }

  /** Runs an effect in a fiber of its own, recorded with all fibers that it forks; returns its exit. */
  run<A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<Exit.Exit<A, E>, never, R> {
    return Effect.uninterruptibleMask((restore) =>
      restore(effect).pipe(
        Effect.withTracer(this.tracer),
        Effect.withClock(this.recordedClock),
        Effect.fork,
        Effect.locally(policyObserver, this.observer),
        Effect.locally(currentWait, "unnamed"),
        Effect.locally(FiberRef.currentSupervisor, this.hooks),
        Effect.withScheduler(this.hooks),
        // the FiberRefs of the recorded fiber stay with it: its clock and scheduler would be inherited by a join
        Effect.flatMap((fiber) => Effect.onInterrupt(restore(Fiber.await(fiber)), () => Fiber.interrupt(fiber))),
        Effect.ensuring(Effect.sync(() => loopStalls.end(this.recording)))
      )
    )
  }

  /** Makes a runtime whose fibers are recorded, with all that they fork. */
  runtime<R>(plain: Runtime.Runtime<R>): Runtime.Runtime<R> {
    const services = FiberRefs.getOrDefault(plain.fiberRefs, DefaultServices.currentServices)
    const refs = new Map(plain.fiberRefs.locals)
    const set = <A>(ref: FiberRef.FiberRef<A>, value: A) => refs.set(ref, [[FiberId.none, value]])
    set(policyObserver, this.observer)
    set(currentWait, "unnamed")
    set(FiberRef.currentSupervisor, this.hooks)
    set(FiberRef.currentScheduler, this.hooks)
    set(
      DefaultServices.currentServices,
      services.pipe(Context.add(Tracer.Tracer, this.tracer), Context.add(Clock.Clock, this.recordedClock))
    )
    return Runtime.make({ ...plain, fiberRefs: FiberRefs.unsafeMake(refs) })
  }
}

/** A tracer that notes each span, and passes it to the collector, if there is one. */
const recordedTracer = (
  { id, notes }: Recording,
  hooks: FiberHooks,
  collector: Tracer.Tracer | undefined
): Tracer.Tracer => {
  let spans = 0
  const log: SpanLog = {
    id,
    begin: (name) => {
      hooks.add(kinds.span, currentId(), numberOfName(name), ++spans)
      return spans
    },
    note: (span, key, value) => {
      const kept = noteOf(key, value)
      if (kept !== undefined && notes.size < mostNotes) notes.set(span, { ...notes.get(span), ...kept })
    },
    end: (span, exit) => hooks.add(kinds.spanEnd, currentId(), span, outcomes.indexOf(outcomeOf(exit)[0]))
  }
  return Tracer.make({
    context: (evaluate, fiber) => collector === undefined ? evaluate() : collector.context(evaluate, fiber),
    span: (...asked) => new RecordedSpan(log, collector?.span(...asked), ...asked)
  })
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
