import {
  Clock,
  Context,
  DateTime,
  Duration,
  Effect,
  type Exit,
  Fiber,
  type FiberId,
  FiberRef,
  Option,
  type Scheduler,
  Tracer
} from "effect"
import { type PolicyObserver, policyObserver } from "../policy/PolicyObserver.ts"
import { isLive, type TimerClock, timersOfClock } from "../policy/Timers.ts"
import { assemble } from "./assemble.ts"
import { EventRing, kinds, nobody } from "./EventRing.ts"
import { FiberHooks } from "./FiberHooks.ts"
import type { Timeline } from "./Timeline.ts"

/** A span as the recorder keeps it: its name, its fiber, its times in nanoseconds, and no attribute. */
export interface RecordedSpan {
  readonly name: string
  readonly fiber: number
  readonly from: number
  to: number | undefined
  exit: Exit.Exit<unknown, unknown> | undefined
}

/** Spans of one recording; further ones are counted as lost. */
const mostSpans = 20_000

/** Events of the ring of a process that records itself, such as a demo: 25 MiB. */
const defaultCapacity = 1 << 20

const nanosPerMilli = 1_000_000

/** The time by a clock, in whole nanoseconds since now. */
const nanosSince = (clock: Clock.Clock): () => number => {
  if (isLive(clock)) {
    const origin = performance.now()
    return () => Math.round((performance.now() - origin) * nanosPerMilli)
  }
  const origin = clock.unsafeCurrentTimeNanos()
  return () => Number(clock.unsafeCurrentTimeNanos() - origin)
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

const currentFiber = (): number =>
  Option.match(Fiber.getCurrentFiber(), { onNone: () => nobody, onSome: (fiber) => fiber.id().id })

let recordings = 0

/** A recording, which collects the events of one run's fibers and makes a timeline of them at any time. */
export class Recording {
  readonly name: string
  readonly id: number
  readonly clock: Timeline["clock"]
  readonly startedAt: string
  readonly spans: Array<RecordedSpan> = []
  lostSpans = 0
  /** Nanoseconds since the start. */
  readonly now: () => number
  private readonly ring: EventRing
  private readonly from: number
  private readonly hooks: FiberHooks
  private readonly recordedClock: Clock.Clock

  constructor(
    name: string,
    ring: EventRing,
    clock: Clock.Clock,
    scheduler: Scheduler.Scheduler,
    kind: Timeline["clock"]
  ) {
    this.name = name
    this.id = ++recordings
    this.clock = kind
    this.startedAt = DateTime.formatIso(DateTime.unsafeMake(clock.unsafeCurrentTimeMillis()))
    this.now = nanosSince(clock)
    this.ring = ring
    this.from = ring.position
    this.hooks = new FiberHooks(ring, this.id, this.now, scheduler)
    this.recordedClock = recordedClock(clock, this.hooks, scheduler)
  }

  /** The timeline so far; fibers that have not ended are `running`. */
  timeline(): Timeline {
    return assemble(this, this.ring.read(this.id, this.from), this.ring.hasLost(this.from))
  }

  /** Runs an effect in a fiber of its own, recorded with all fibers that it forks; returns its exit. */
  run<A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<Exit.Exit<A, E>, never, R> {
    return Effect.flatMap(Effect.tracer, (tracer) =>
      Effect.uninterruptibleMask((restore) =>
        restore(effect).pipe(
          Effect.withTracer(this.tracer(tracer)),
          Effect.withClock(this.recordedClock),
          Effect.fork,
          Effect.locally(policyObserver, this.observer),
          Effect.locally(FiberRef.currentSupervisor, this.hooks),
          Effect.withScheduler(this.hooks),
          // the FiberRefs of the recorded fiber stay with it: its clock and scheduler would be inherited by a join
          Effect.flatMap((fiber) => Effect.onInterrupt(restore(Fiber.await(fiber)), () => Fiber.interrupt(fiber)))
        )
      ))
  }

  private readonly observer: PolicyObserver = {
    attempt: (fiber: FiberId.Runtime, number) => this.hooks.add(kinds.attempt, fiber.id, number),
    pause: (fiber: FiberId.Runtime, millis) => this.hooks.add(kinds.pause, fiber.id, Math.round(millis)),
    timeout: (fiber: FiberId.Runtime, interruptor) => this.hooks.add(kinds.timeout, fiber.id, interruptor.id)
  }

  /** A tracer that notes the name and the times of each span, and passes the span to another tracer. */
  private tracer(tracer: Tracer.Tracer): Tracer.Tracer {
    return Tracer.make({
      context: (evaluate, fiber) => tracer.context(evaluate, fiber),
      span: (name, ...rest) => {
        const span = tracer.span(name, ...rest)
        if (this.spans.length === mostSpans) {
          this.lostSpans++
          return span
        }
        const recorded: RecordedSpan = { name, fiber: currentFiber(), from: this.now(), to: undefined, exit: undefined }
        this.spans.push(recorded)
        const end = span.end.bind(span)
        span.end = (time, exit) => {
          recorded.to = this.now()
          recorded.exit = exit
          end(time, exit)
        }
        return span
      }
    })
  }
}

/** Begins a recording by the clock and on the scheduler of the calling fiber. */
export const make = (
  name: string,
  clock: Timeline["clock"],
  ring: EventRing = new EventRing(defaultCapacity)
): Effect.Effect<Recording> =>
  Effect.withFiberRuntime((fiber) =>
    Effect.sync(() =>
      new Recording(
        name,
        ring,
        Context.get(fiber.currentDefaultServices, Clock.Clock),
        fiber.currentScheduler,
        clock
      )
    )
  )
