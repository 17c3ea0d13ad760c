import { DateTime, Effect, type Exit, type Fiber, Option, type Runtime, type Tracer } from "effect"
import { outcomeOf } from "../../timeline/FiberHooks.ts"
import type { FiberRecorder } from "../../timeline/FiberRecorder.ts"
import type { Recording } from "../../timeline/Recording.ts"
import type { Outcome, Timeline } from "../../timeline/Timeline.ts"
import type { RunKind, Summary } from "./Summary.ts"

/** The run that a recording is of. */
export interface Run {
  readonly kind: RunKind
  /** The operation, the kind of the job, or the chapter of the experiment. */
  readonly name: string
  /** The operation's path in the contract, or the URL of the job; null for an experiment. */
  readonly route: string | null
}

/** Milliseconds of a run, which add up to its length. */
export interface Timing {
  readonly queue: number
  readonly run: number
  readonly wait: number
}

const nanosPerMilli = 1_000_000

/** A recording of one run, from its beginning until it is pushed out. */
export class Recorded {
  readonly run: Run
  readonly number: number
  /** Status of the answer, once there is one. */
  status: number | null = null
  private readonly recording: Recording
  private readonly told: (recorded: Recorded) => void
  /** The parts that see the fibers, which are dropped at the end. */
  private recorder: FiberRecorder | undefined
  private fibers = 0
  /** Opens at the end; made where somebody waits for the end, as a latch takes a third of a recording's memory. */
  private latch: Effect.Latch | undefined
  outcome: Outcome = "running"

  constructor(run: Run, number: number, recorder: FiberRecorder, told: (recorded: Recorded) => void) {
    this.run = run
    this.number = number
    this.recorder = recorder
    this.recording = recorder.recording
    this.told = told
  }

  get id(): string {
    return this.recording.id
  }

  get isRunning(): boolean {
    return this.recorder !== undefined
  }

  /** Completes at the end. */
  get whenEnded(): Effect.Effect<void> {
    return this.isRunning ? (this.latch ??= Effect.unsafeMakeLatch()).await : Effect.void
  }

  get durationNs(): number {
    return this.recording.ended?.at ?? this.recording.now()
  }

  get summary(): Summary {
    const { number, outcome, recorder, recording, run, status } = this
    return {
      id: recording.id,
      number,
      ...run,
      started_at: DateTime.formatIso(DateTime.unsafeMake(recording.startedAt)),
      duration_ns: this.durationNs,
      outcome,
      status,
      fibers: recorder?.hooks.fibers ?? this.fibers,
      recorded_in_ns: recording.recordedInNs
    }
  }

  /** Runs an effect in a fiber of its own, recorded. */
  within<A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return this.recorder === undefined ? effect : Effect.flatten(this.recorder.run(effect))
  }

  /** Runs an effect in a fiber of its own, in a trace of its own, and ends the recording with the effect. */
  record<A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    const traced = Effect.withSpan(effect, this.run.name, { root: true })
    return Effect.onExit(this.within(traced), (exit) =>
      Effect.sync(() => {
        this.settle(exit)
        this.end()
      }))
  }

  /** Finds a fiber of the run that has not ended. */
  fiber(id: number): Option.Option<Fiber.RuntimeFiber<unknown, unknown>> {
    return Option.fromNullable(this.recorder?.hooks.alive?.get(id))
  }

  timeline(): Timeline {
    return this.recording.timeline()
  }

  /** The tracer of the recorded fibers; undefined at the end. */
  get tracer(): Tracer.Tracer | undefined {
    return this.recorder?.tracer
  }

  /** Makes a runtime whose fibers are recorded. */
  runtime<R>(plain: Runtime.Runtime<R>): Runtime.Runtime<R> {
    return this.recorder?.runtime(plain) ?? plain
  }

  /** Splits the milliseconds of the run so far: before its first fiber ran, in which a fiber ran, and the rest. */
  timing(total: number): Timing | undefined {
    const { hooks } = this.recorder ?? {}
    if (hooks === undefined) return undefined
    const since = (this.recording.now() - (hooks.firstRan ?? 0)) / nanosPerMilli
    const queue = Math.max(0, total - since)
    const run = hooks.ran / nanosPerMilli
    return { queue, run, wait: Math.max(0, total - queue - run) }
  }

  /** Notes that the server ends what still runs. */
  stopping(): void {
    this.recorder?.stopping()
  }

  /** Notes how the run ended, while its answer may still be written. */
  settle(exit: Exit.Exit<unknown, unknown>): void {
    this.outcome = outcomeOf(exit)
    if (this.recorder?.hooks.fibers === 0) this.recorder.hooks.addFiberless(exit)
  }

  /** Ends the recording. */
  end(): void {
    const { recorder } = this
    if (recorder === undefined) return
    this.fibers = recorder.hooks.fibers
    this.recorder = undefined
    this.recording.end(this.outcome)
    this.told(this)
    this.latch?.unsafeOpen()
  }

  /** Gives the memory of the events back; the recording is gone. */
  release(): void {
    this.recording.log.release()
  }
}
