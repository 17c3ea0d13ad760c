import { Duration, Effect, Fiber, Option } from "effect"
import { interruptors } from "../domain/Interruptors.ts"
import type * as LoopDelay from "../platform/observability/LoopDelay.ts"
import type * as Recorder from "../platform/recorder/Recorder.ts"
import { concurrencyOf } from "../timeline/concurrency.ts"
import type { Timeline } from "../timeline/Timeline.ts"
import { answeredAfter } from "./answer.ts"
import { type Experiment, FiberEnded, FiberNotFound, type Way } from "./Api.ts"
import { type KnobValues, own } from "./Knobs.ts"
import type { LabChapter, Prepared, WayFailed } from "./LabChapter.ts"
import type { Meters } from "./Meters.ts"

interface Parts {
  readonly chapter: LabChapter
  readonly way: Way
  readonly knobs: KnobValues
  readonly prepared: Prepared
  readonly meters: Meters["Type"]
  readonly loopDelay: Effect.Effect<LoopDelay.LoopDelay>
  readonly recorded: Recorder.Experiment
  /** Reads the recording, unless the recorder has pushed it out. */
  readonly timeline: Effect.Effect<Option.Option<Timeline>>
}

const nanosPerMilli = 1e6

/** An experiment from its start on: its fibers while it runs, and its figures for as long as they are kept. */
export class RunningExperiment {
  readonly id: string
  private readonly parts: Parts
  /** Counts before the start, as a warm-up calls and commits too. */
  private readonly before: { readonly calls: number; readonly commits: number }
  private root: Fiber.RuntimeFiber<unknown, unknown> | undefined
  private failure: string | null = null
  private result: Experiment | undefined

  constructor(parts: Parts) {
    this.id = parts.recorded.id
    this.parts = parts
    this.before = { calls: parts.meters.upstream?.calls ?? 0, commits: parts.meters.commits?.() ?? 0 }
  }

  get isRunning(): boolean {
    return this.result === undefined
  }

  /** Runs the program in a recorded fiber, and measures it to its end, also where it is interrupted. */
  readonly run: Effect.Effect<void> = Effect.suspend(() => {
    const { meters, prepared, recorded } = this.parts
    meters.isMeasuring = true
    const program = Effect.withFiberRuntime<void, WayFailed>((fiber) => {
      this.root = fiber
      return prepared.program
    })
    return recorded.run(program).pipe(
      Effect.catchAll(({ failure }) =>
        Effect.sync(() => {
          this.failure = failure
        })
      ),
      Effect.ensuring(Effect.map(this.measured, (result) => {
        this.result = Option.getOrUndefined(result)
      }))
    )
  })

  /** The experiment with its figures so far, or to its end; none once the recorder has pushed it out. */
  readonly experiment: Effect.Effect<Option.Option<Experiment>> = Effect.suspend(() =>
    this.result === undefined
      ? this.measured
      : Effect.map(this.parts.timeline, Option.as(this.result))
  )

  /** Interrupts all fibers, without waiting for their end. */
  readonly stop: Effect.Effect<void> = Effect.suspend(() =>
    this.root === undefined ? Effect.void : Fiber.interruptAsFork(this.root, interruptors.cancelled)
  )

  /** Interrupts one fiber, without waiting for its end. */
  interrupt(id: number): Effect.Effect<void, FiberNotFound | FiberEnded> {
    const alive = this.parts.recorded.fiber(id)
    if (Option.isSome(alive)) return Fiber.interruptAsFork(alive.value, interruptors["plug pulled"])
    return Effect.flatMap(
      this.parts.timeline,
      (timeline): Effect.Effect<never, FiberNotFound | FiberEnded> =>
        Option.exists(timeline, ({ fibers }) => fibers.some((known) => known.id === id))
          ? new FiberEnded({ fiber: id })
          : new FiberNotFound({ fiber: id })
    )
  }

  private readonly measured = Effect.suspend(() =>
    Effect.zipWith(
      this.parts.loopDelay,
      this.parts.timeline,
      (delay, timeline) => Option.map(timeline, (recorded) => this.measure(delay, recorded))
    )
  )

  private measure(delay: LoopDelay.LoopDelay, timeline: Timeline): Experiment {
    const { chapter, knobs, meters, prepared: { tally }, way } = this.parts
    const { blockedMilliseconds, commits, upstream } = meters
    return {
      id: this.id,
      timeline: `/timelines/${this.id}`,
      chapter: chapter.name,
      way,
      knobs: own(chapter.knobs, knobs),
      state: timeline.outcome === "running" ? "running" : "ended",
      outcome: timeline.outcome,
      failure: this.failure,
      figures: {
        wall_ms: timeline.duration_ns / nanosPerMilli,
        answered_ms: answeredAfter(timeline) / nanosPerMilli,
        concurrency: concurrencyOf(timeline),
        fibers: timeline.fibers.length,
        tasks: { asked: tally.tasks, succeeded: tally.succeeded, failed: tally.failed },
        loop_delay_ms: { server: Duration.toMillis(delay.max), sacrificial: blockedMilliseconds ?? null },
        upstream: upstream === undefined
          ? null
          : { calls: upstream.calls - this.before.calls, most_at_once: upstream.mostAtOnce },
        commits: commits === undefined ? null : commits() - this.before.commits
      }
    }
  }
}
