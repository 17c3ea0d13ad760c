// tinyqueue 3.0.0 removes only the first element, and heap-js 2.7.1 searches the heap for the one to remove. A timeout
// is removed whenever its operation ends in time, which is most often.

/** A callback at a time; `order` breaks ties. */
export interface Timer {
  readonly deadline: number
  readonly order: number
  readonly fire: () => void
  /** The timer's place in the heap; -1 once the timer has left. */
  index: number
}

const isBefore = (a: Timer, b: Timer) => a.deadline < b.deadline || (a.deadline === b.deadline && a.order < b.order)

/** The first order of timers that fire last among equal deadlines; above the orders of all other timers. */
const last = 2 ** 52

/**
 * A binary heap of timers, earliest first. Equal deadlines fire in the order of their creation, and timers added as
 * last fire after all others. Adding and removing take logarithmic time.
 */
export class TimerHeap {
  private readonly timers: Array<Timer> = []
  private created = 0

  add(deadline: number, fire: () => void): Timer {
    return this.insert(deadline, this.created++, fire)
  }

  /** Adds a timer that fires after all others of the same deadline, created before or after it. */
  addLast(deadline: number, fire: () => void): Timer {
    return this.insert(deadline, last + this.created++, fire)
  }

  /** The earliest timer. */
  get first(): Timer | undefined {
    return this.timers[0]
  }

  /** Removes and returns the earliest timer. */
  shift(): Timer | undefined {
    const first = this.timers[0]
    if (first !== undefined) this.remove(first)
    return first
  }

  /** Removes a timer; does nothing if the timer has left already. */
  remove(timer: Timer): void {
    const gap = timer.index
    if (gap < 0) return
    timer.index = -1
    const last = this.timers.pop()
    if (last === undefined || last === timer) return
    last.index = gap
    this.rise(last)
    if (last.index === gap) this.sink(last)
  }

  private insert(deadline: number, order: number, fire: () => void): Timer {
    const timer: Timer = { deadline, order, fire, index: this.timers.length }
    this.rise(timer)
    return timer
  }

  private put(timer: Timer, index: number): void {
    timer.index = index
    this.timers[index] = timer
  }

  private rise(timer: Timer): void {
    let index = timer.index
    while (index > 0) {
      const parentIndex = (index - 1) >> 1
      const parent = this.timers[parentIndex]
      if (parent === undefined || isBefore(parent, timer)) break
      this.put(parent, index)
      index = parentIndex
    }
    this.put(timer, index)
  }

  private sink(timer: Timer): void {
    let index = timer.index
    for (;;) {
      const left = this.timers[2 * index + 1]
      const right = this.timers[2 * index + 2]
      const child = left !== undefined && right !== undefined && isBefore(right, left) ? right : left
      if (child === undefined || isBefore(timer, child)) break
      const childIndex = child.index
      this.put(child, index)
      index = childIndex
    }
    this.put(timer, index)
  }
}
