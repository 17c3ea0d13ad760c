/** The kinds of events of a recording, with their two numbers. */
export const kinds = {
  /** A fiber began: the fiber that forked it, or `nobody`. */
  start: 0,
  /** A fiber may run: the fiber that woke it, or `nobody` for a timer or the outside world. */
  ready: 1,
  run: 2,
  /** A fiber stopped running: the id on which it waits, or `nobody`. */
  suspend: 3,
  /** A fiber ended: its outcome, and the id by which it was interrupted. */
  end: 4,
  /** A fiber will sleep: milliseconds. */
  sleep: 5,
  /** Somebody asked for an interruption: the id that asks, and the fiber that runs meanwhile. */
  ask: 6,
  /** A fiber began to unwind after an interruption. */
  honour: 7,
  /** A policy began an attempt: its number, from 1. */
  attempt: 8,
  /** A policy pauses before the next attempt: milliseconds. */
  pause: 9,
  /** A timeout of a policy fired: the id by which it interrupts. */
  timeout: 10
} as const

export type Kind = (typeof kinds)[keyof typeof kinds]

/** The id of no fiber and of no reason. */
export const nobody = 0x7f_ff_ff_ff

/** One event of a recording, with its time in nanoseconds. */
export interface Event {
  readonly time: number
  readonly kind: number
  readonly fiber: number
  readonly a: number
  readonly b: number
}

/**
 * The newest events of all recordings, 25 bytes each, in typed arrays: an event makes no garbage. The oldest ones are
 * overwritten, and a reader learns how many it lost.
 */
export class EventRing {
  readonly capacity: number
  private readonly times: Float64Array
  private readonly kinds: Uint8Array
  private readonly recordings: Int32Array
  private readonly fibers: Int32Array
  private readonly as: Int32Array
  private readonly bs: Int32Array
  /** The number of events so far, and the position of the next one before wrapping. */
  private next = 0

  constructor(capacity: number) {
    this.capacity = capacity
    this.times = new Float64Array(capacity)
    this.kinds = new Uint8Array(capacity)
    this.recordings = new Int32Array(capacity)
    this.fibers = new Int32Array(capacity)
    this.as = new Int32Array(capacity)
    this.bs = new Int32Array(capacity)
  }

  get position(): number {
    return this.next
  }

  add(recording: number, time: number, kind: Kind, fiber: number, a: number, b: number): void {
    const at = this.next++ % this.capacity
    this.times[at] = time
    this.kinds[at] = kind
    this.recordings[at] = recording
    this.fibers[at] = fiber
    this.as[at] = a
    this.bs[at] = b
  }

  /** The events of a recording from a position on, oldest first. */
  read(recording: number, from: number): ReadonlyArray<Event> {
    const events: Array<Event> = []
    for (let position = Math.max(from, this.next - this.capacity); position < this.next; position++) {
      const at = position % this.capacity
      if (this.recordings[at] !== recording) continue
      events.push({
        time: this.times[at] ?? 0,
        kind: this.kinds[at] ?? 0,
        fiber: this.fibers[at] ?? nobody,
        a: this.as[at] ?? nobody,
        b: this.bs[at] ?? nobody
      })
    }
    return events
  }

  /** Tells that events from a position on have been overwritten. */
  hasLost(from: number): boolean {
    return from < this.next - this.capacity
  }
}
