/** A part of time that is drawn shorter than it is. */
export interface Gap {
  readonly from: number
  readonly to: number
}

/**
 * Drawn time: real time with its gaps shortened. Both are nanoseconds from the start; without gaps they are the same.
 */
export class DrawnTime {
  readonly duration: number
  readonly gaps: ReadonlyArray<Gap>
  private readonly gapLength: number
  readonly total: number

  constructor(duration: number, gaps: ReadonlyArray<Gap> = [], gapLength = 0) {
    this.duration = duration
    this.gaps = gaps
    this.gapLength = gapLength
    this.total = duration - gaps.reduce((sum, { from, to }) => sum + to - from - gapLength, 0)
  }

  drawn(time: number): number {
    let saved = 0
    for (const { from, to } of this.gaps) {
      if (time <= from) break
      const share = Math.min(1, (time - from) / (to - from))
      saved += share * (to - from - this.gapLength)
    }
    return time - saved
  }

  real(drawn: number): number {
    let saved = 0
    for (const { from, to } of this.gaps) {
      const begin = from - saved
      if (drawn <= begin) break
      const share = Math.min(1, (drawn - begin) / this.gapLength)
      saved += share * (to - from - this.gapLength)
    }
    return drawn + saved
  }
}

/** The part of drawn time that is shown. */
export interface Shown {
  readonly from: number
  readonly to: number
}

/** Nanoseconds shown at least, over the whole width. */
const least = 100

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value))

/** Moves and resizes a part so that it stays within the whole, and above the least length. */
export const within = ({ from, to }: Shown, total: number): Shown => {
  const length = clamp(to - from, Math.min(least, total), total)
  const begin = clamp(from, 0, total - length)
  return { from: begin, to: begin + length }
}

/** Zooms by a factor above 1 for more detail, with one moment kept in its place. */
export const zoomed = ({ from, to }: Shown, factor: number, at: number, total: number): Shown => {
  const length = clamp((to - from) / factor, Math.min(least, total), total)
  const share = (at - from) / (to - from)
  return within({ from: at - share * length, to: at + (1 - share) * length }, total)
}

export const panned = ({ from, to }: Shown, by: number, total: number): Shown =>
  within({ from: from + by, to: to + by }, total)

/** Moves the shown part as little as needed to have a moment in it, with some room around. */
export const revealing = (shown: Shown, at: number, total: number): Shown => {
  const room = (shown.to - shown.from) / 10
  if (at >= shown.from && at <= shown.to) return shown
  return panned(shown, at < shown.from ? at - room - shown.from : at + room - shown.to, total)
}

/** A horizontal axis: places of moments in pixels. */
export class Axis {
  readonly time: DrawnTime
  readonly shown: Shown
  readonly width: number
  private readonly scale: number

  constructor(time: DrawnTime, shown: Shown, width: number) {
    this.time = time
    this.shown = shown
    this.width = width
    this.scale = width / Math.max(1, shown.to - shown.from)
  }

  x(real: number): number {
    return (this.time.drawn(real) - this.shown.from) * this.scale
  }

  /** The moment at a place. */
  at(x: number): number {
    return this.time.real(this.shown.from + x / this.scale)
  }

  get from(): number {
    return this.time.real(this.shown.from)
  }

  get to(): number {
    return this.time.real(this.shown.to)
  }
}

const steps = [1, 2, 5, 10]

/** Round moments in the shown part, at least `apart` pixels from each other and outside of gaps. */
export const axisTicks = (axis: Axis, apart: number): ReadonlyArray<number> => {
  const least = Math.max(1, (axis.shown.to - axis.shown.from) * apart / Math.max(1, axis.width))
  const power = 10 ** Math.floor(Math.log10(least))
  const step = (steps.find((factor) => factor * power >= least) ?? 10) * power
  const found: Array<number> = []
  let last = -Infinity
  for (let tick = Math.ceil(axis.from / step) * step; tick <= axis.to; tick += step) {
    const gap = axis.time.gaps.find(({ from, to }) => tick > from && tick < to)
    if (gap !== undefined) {
      // the loop goes on at the last tick within the gap
      tick = Math.max(tick, Math.floor(gap.to / step) * step)
      if (tick < gap.to) continue
    }
    const x = axis.x(tick)
    if (x - last < apart) continue
    last = x
    found.push(tick)
  }
  return found
}
