import { describe, expect, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { type Timer, TimerHeap } from "../../src/simulation/TimerHeap.ts"

const drain = (heap: TimerHeap): ReadonlyArray<number> => {
  const orders: Array<number> = []
  for (let timer = heap.shift(); timer !== undefined; timer = heap.shift()) orders.push(timer.order)
  return orders
}

describe("TimerHeap", () => {
  const scenario = FastCheck.array(
    FastCheck.record({ deadline: FastCheck.integer({ min: 0, max: 30 }), removed: FastCheck.boolean() }),
    { maxLength: 60 }
  )

  it("gives the timers that stayed by deadline, then by creation", () => {
    FastCheck.assert(
      FastCheck.property(scenario, (timers) => {
        const heap = new TimerHeap()
        const added = timers.map(({ deadline }) => heap.add(deadline, () => {}))
        timers.forEach(({ removed }, index) => {
          const timer = added[index]
          if (removed && timer !== undefined) heap.remove(timer)
        })
        const stayed = added.filter((_, index) => timers[index]?.removed === false)
        const byDeadline = (a: Timer, b: Timer) => a.deadline - b.deadline || a.order - b.order
        expect(drain(heap)).toEqual(stayed.sort(byDeadline).map(({ order }) => order))
      }),
      { numRuns: 1000 }
    )
  })

  it("does nothing for a timer that has left already", () => {
    const heap = new TimerHeap()
    const first = heap.add(1, () => {})
    const second = heap.add(2, () => {})
    heap.shift()
    heap.remove(first)
    expect(drain(heap)).toEqual([second.order])
  })
})
