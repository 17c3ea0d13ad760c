import { LinkedQueue } from "../../collections/LinkedQueue.ts"
import { blockEvents, eventBytes, EventMemory } from "../../timeline/EventLog.ts"
import type { Recorded } from "./Recorded.ts"
import type { Filter } from "./Summary.ts"

/** Bytes of a recording beside its events, measured as the heap of 13,421 ended ones. */
export const recordingBytes = 2_400

/** Part of the memory for events. A request of few fibers fills one block, of 1,344 bytes. */
const partForEvents = 0.4

/** Recordings in order of their end. */
class Shelf {
  private readonly queue = new LinkedQueue<Recorded>()
  size = 0

  add(recorded: Recorded): void {
    this.queue.add(recorded)
    this.size++
  }

  takeOldest(): Recorded | undefined {
    const { first } = this.queue
    if (first === undefined) return undefined
    this.queue.remove(first)
    this.size--
    return first.value
  }
}

/**
 * The recordings of this process, within one bound of memory. Where there is no room, the oldest that ended is pushed
 * out. Those that failed or were slow stay longer: they leave first only when they are the most.
 */
export class RecordingStore {
  readonly memory: EventMemory
  private readonly most: number
  private readonly slowNs: number
  /** All recordings by id, in order of their beginning. */
  private readonly all = new Map<string, Recorded>()
  private readonly ordinary = new Shelf()
  private readonly notable = new Shelf()
  pushedOut = 0

  constructor(bytes: number, slowNs: number) {
    const blocks = Math.max(1, Math.floor((bytes * partForEvents) / (blockEvents * eventBytes)))
    this.memory = new EventMemory(blocks, () => this.pushOut())
    this.most = Math.max(1, Math.floor((bytes * (1 - partForEvents)) / recordingBytes))
    this.slowNs = slowNs
  }

  get size(): number {
    return this.all.size
  }

  /** Bytes in use: of the events as allocated, of the recordings as estimated. */
  get bytes(): number {
    return this.memory.bytes + this.all.size * recordingBytes
  }

  /** Makes room for one more recording; false if all are still running. */
  hasRoom(): boolean {
    if (this.all.size >= this.most) this.pushOut()
    return this.all.size < this.most
  }

  add(recorded: Recorded): void {
    this.all.set(recorded.id, recorded)
  }

  ended(recorded: Recorded): void {
    const shelf = this.isNotable(recorded) ? this.notable : this.ordinary
    shelf.add(recorded)
  }

  get(id: string): Recorded | undefined {
    return this.all.get(id)
  }

  newestFirst(): ReadonlyArray<Recorded> {
    return [...this.all.values()].toReversed()
  }

  /** Lists the recordings that pass the filter, newest first. */
  list(
    { after = Infinity, kind, limit = Infinity, minDurationNs = 0, outcome, route }: Filter
  ): ReadonlyArray<Recorded> {
    const found: Array<Recorded> = []
    for (const one of this.newestFirst()) {
      if (found.length >= limit) break
      if (
        one.number < after && (kind === undefined || one.run.kind === kind) &&
        (route === undefined || one.run.route === route) && (outcome === undefined || one.outcome === outcome) &&
        one.durationNs >= minDurationNs
      ) found.push(one)
    }
    return found
  }

  private isNotable({ durationNs, outcome, run, status }: Recorded): boolean {
    return run.kind === "experiment" || outcome === "failure" || outcome === "defect" || (status ?? 0) >= 500 ||
      durationNs >= this.slowNs
  }

  private pushOut(): void {
    const shelf = this.notable.size > this.ordinary.size ? this.notable : this.ordinary
    const oldest = shelf.takeOldest()
    if (oldest === undefined) return
    this.all.delete(oldest.id)
    oldest.release()
    this.pushedOut++
  }
}
