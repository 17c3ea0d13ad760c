import type { Timeline } from "../../timeline/Timeline.ts"
import { DrawnTime, type Gap } from "./Axis.ts"

/** The shortest idle time that is folded, as a share of the whole. */
const shortest = 0.02

/** The length of a folded gap, as a share of the time that is left without the gaps, and of the whole. */
const shares = { ofBusy: 0.05, ofAll: 0.01 } as const

/** Parts of the whole in which moments are gathered, many to the shortest gap. */
const parts = 1000

/** The moments at which anything happens, gathered in parts: sorting them would keep the page busy for too long. */
class Moments {
  private readonly duration: number
  private readonly first = new Float64Array(parts).fill(Infinity)
  private readonly last = new Float64Array(parts)
  /** Changes of the number of fibers that run or could run, in parts without a moment. */
  private readonly changes = new Int32Array(parts + 1)

  constructor(duration: number) {
    this.duration = duration
    this.add(0)
    this.add(duration)
  }

  add(at: number): number {
    const part = Math.min(parts - 1, Math.floor(at / this.duration * parts))
    this.first[part] = Math.min(this.first[part] ?? at, at)
    this.last[part] = Math.max(this.last[part] ?? at, at)
    return part
  }

  /** Adds a time in which a fiber runs or could run. */
  addBusy(from: number, to: number): void {
    const [begin, end] = [this.add(from), this.add(to)]
    this.changes[begin + 1] = (this.changes[begin + 1] ?? 0) + 1
    this.changes[end] = (this.changes[end] ?? 0) - 1
  }

  /** Lists the times between two moments, of a length at least, in which no fiber runs or could run. */
  gaps(length: number): ReadonlyArray<Gap> {
    const gaps: Array<Gap> = []
    let [count, since, isBusy] = [0, 0, false]
    for (let part = 0; part < parts; part++) {
      const at = this.first[part] ?? Infinity
      count += this.changes[part] ?? 0
      if (at === Infinity) {
        isBusy ||= count > 0
        continue
      }
      if (!isBusy && at - since >= length) gaps.push({ from: since, to: at })
      since = this.last[part] ?? at
      isBusy = false
    }
    return gaps
  }
}

/** Finds the times in which all fibers of all recordings wait and nothing happens. */
export const idleGaps = (timelines: ReadonlyArray<Timeline>, duration: number): ReadonlyArray<Gap> => {
  const moments = new Moments(duration)
  for (const { events, fibers, interruptions, slices } of timelines) {
    for (const { from, state, to } of slices) {
      if (state === "waiting") {
        moments.add(from)
        moments.add(to)
      } else moments.addBusy(from, to)
    }
    for (const { from, to } of fibers) {
      moments.add(from)
      moments.add(to)
    }
    for (const { at } of events) moments.add(at)
    for (const { asked, cleaned_up } of interruptions) {
      moments.add(asked)
      moments.add(cleaned_up ?? asked)
    }
  }
  return moments.gaps(duration * shortest)
}

/** Time with its idle parts folded. Each gap has the same length, as its true one says nothing but its number. */
export const foldedTime = (timelines: ReadonlyArray<Timeline>, duration: number): DrawnTime => {
  const gaps = idleGaps(timelines, duration)
  const idle = gaps.reduce((sum, { from, to }) => sum + to - from, 0)
  const busy = duration - idle
  const length = Math.max(busy * shares.ofBusy, duration * shares.ofAll)
  return new DrawnTime(duration, gaps, Math.min(length, ...gaps.map(({ from, to }) => to - from)))
}
