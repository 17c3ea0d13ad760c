import type { Clock } from "effect"
import type { NamedPolicy } from "../policy/Policy.ts"
import { isLive } from "../policy/Timers.ts"
import { assemble } from "./assemble.ts"
import type { EventLog } from "./EventLog.ts"
import { loopStalls, type Stall } from "./LoopStalls.ts"
import type { SpanNotes } from "./SpanNotes.ts"
import type { Outcome, Timeline } from "./Timeline.ts"

const nanosPerMilli = 1_000_000

/** The cost of one event, hooks included: `npm run bench:recorder` measured 120 to 570 ns. */
const nanosPerEvent = 500

/** The names of a recording. */
export interface Identity {
  /** The trace of the run, 32 hexadecimal digits. */
  readonly id: string
  readonly name: string
  readonly clock: Timeline["clock"]
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
