import type { Recording } from "./Recording.ts"
import type { LoopStall, Victim } from "./Timeline.ts"
import { victimsOf } from "./victims.ts"

/**
 * Milliseconds beyond which the event loop counts as stalled. The scheduler's slices take 2 ms, and collections of
 * garbage mostly below 10; a blocking call takes more.
 */
export const bound = 20

/** Milliseconds between two looks at the clock. A stall that no recording saw began up to so much before `from`. */
const heartbeat = 10

/** Stalls that one recording keeps; a program that stalls more often needs no further ones. */
const mostStalls = 200

/** Recordings in which victims are looked for, the oldest first. */
const mostWitnesses = 50

/** Blocks of the newest events in which victims are looked for. */
const newestBlocks = 64

/** A stall as all recordings of that time share it; milliseconds of `performance.now()`. */
export class Stall {
  readonly from: number
  readonly to: number
  readonly culprit: { readonly recording: Recording; readonly fiber: number } | undefined
  private witnesses: ReadonlyArray<Recording>
  private readonly victims: Array<Victim & { readonly of: Recording }> = []
  /** Milliseconds for which recorded fibers ran. */
  private ran = 0

  constructor(from: number, to: number, culprit: Stall["culprit"], witnesses: ReadonlyArray<Recording>) {
    this.from = from
    this.to = to
    this.culprit = culprit
    this.witnesses = witnesses
  }

  /** Looks for the victims, once, while the events are there. */
  settle(): void {
    for (const recording of this.witnesses) {
      const [from, to] = [recording.at(this.from), recording.at(this.to)]
      if (from === undefined || to === undefined) continue
      const { ran, victims } = victimsOf(recording.log.readNewest(newestBlocks), from, to)
      this.ran += ran
      for (const victim of victims) {
        // the culprit may be ready again, microseconds before its slice was seen to be over
        const isCulprit = recording === this.culprit?.recording && victim.fiber === this.culprit.fiber
        if (!isCulprit) this.victims.push({ ...victim, of: recording, timeline: recording.id })
      }
    }
    this.witnesses = []
  }

  /** The stall as one recording shows it; `nameOf` names its fibers. */
  seenBy(recording: Recording, nameOf: (fiber: number) => string): LoopStall | undefined {
    this.settle()
    const [from, to] = [recording.at(this.from), recording.at(this.to)]
    if (from === undefined || to === undefined) return undefined
    return {
      from: Math.max(0, from),
      to,
      fiber: this.culprit?.recording === recording ? this.culprit.fiber : null,
      name: this.nameFor(recording, nameOf),
      victims: this.victims.map(({ of, ...victim }) =>
        of === recording
          ? { ...victim, timeline: null, name: nameOf(victim.fiber) }
          : { ...victim, name: `${of.name}: ${victim.name}` }
      )
    }
  }

  private nameFor(recording: Recording, nameOf: (fiber: number) => string): string {
    if (this.culprit === undefined) {
      return this.ran * 2 > (this.to - this.from) * 1_000_000 ? "recorded fibers in turn" : "not recorded"
    }
    return this.culprit.recording === recording ? nameOf(this.culprit.fiber) : this.culprit.recording.name
  }
}

/**
 * Watches the event loop of this process while anything is recorded by the machine's clock. A slice of a recorded fiber
 * beyond the bound is a stall; a late heartbeat that no such slice explains is one that no recording saw.
 */
class LoopStalls {
  private readonly open = new Set<Recording>()
  private last: Stall | undefined
  private due = 0
  private timer: NodeJS.Timeout | undefined

  begin(recording: Recording): void {
    if (!recording.isLive) return
    this.open.add(recording)
    if (this.timer === undefined) this.beat()
  }

  end(recording: Recording): void {
    this.open.delete(recording)
  }

  /** Takes a slice of a recorded fiber that was longer than the bound, in nanoseconds of its recording. */
  slice(recording: Recording, fiber: number, begun: number, ended: number): void {
    const [from, to] = [recording.momentOf(begun), recording.momentOf(ended)]
    if (from === undefined || to === undefined) return
    this.add(new Stall(from, to, { recording, fiber }, this.witnessesWith(recording)), recording)
  }

  private witnessesWith(recording: Recording): ReadonlyArray<Recording> {
    return [...new Set([recording, ...this.open])].slice(0, mostWitnesses)
  }

  private add(stall: Stall, recording?: Recording): void {
    this.last = stall
    for (const one of recording === undefined ? this.open : new Set([recording, ...this.open])) {
      if (one.stalls.length < mostStalls) one.stalls.push(stall)
    }
    setImmediate(() => stall.settle())
  }

  private beat(): void {
    this.due = performance.now() + heartbeat
    // @effect-diagnostics-next-line globalTimers:off: measures the event loop itself, whatever the clock of a fiber
    this.timer = setTimeout(() => this.look(), heartbeat)
    this.timer.unref()
  }

  private look(): void {
    this.timer = undefined
    if (this.open.size === 0) return
    const now = performance.now()
    const from = Math.max(this.due, this.last?.to ?? 0)
    if (now - from > bound) this.add(new Stall(from, now, undefined, [...this.open].slice(0, mostWitnesses)))
    this.beat()
  }
}

export const loopStalls = new LoopStalls()
