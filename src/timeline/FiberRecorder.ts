import {
  Clock,
  Context,
  DefaultServices,
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
import { policyObserver } from "../policy/PolicyObserver.ts"
import { blockEvents, EventLog, EventMemory, kinds, nobody } from "./EventLog.ts"
import { FiberHooks } from "./FiberHooks.ts"
import { loopStalls } from "./LoopStalls.ts"
import { Moments } from "./Moments.ts"
import { RecordedClock } from "./RecordedClock.ts"
import { RecordedTracer } from "./RecordedTracer.ts"
import { Recording } from "./Recording.ts"
import type { Timeline } from "./Timeline.ts"

/** Events of a process that records itself, such as a demo: 21 MiB at most. */
const defaultEvents = 1 << 20

/** The parts of the run's surroundings that a recording stands before. */
export interface Surroundings {
  readonly clock: Clock.Clock
  readonly scheduler: Scheduler.Scheduler
  /** A tracer that collects spans, and gets those of the recording too. */
  readonly collector: Tracer.Tracer | undefined
  /** Keeps the fibers, so that one of them can be interrupted. */
  readonly keepsFibers?: boolean
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
