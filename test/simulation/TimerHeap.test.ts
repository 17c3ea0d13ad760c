import { describe, expect, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { TimerHeap } from "../../src/simulation/TimerHeap.ts"

const drain = (heap: TimerHeap): ReadonlyArray<number> => {
  const orders: Array<number> = []
  for (let timer = heap.shift(); timer !== undefined; timer = heap.shift()) orders.push(timer.order)
  return orders
}

describe("TimerHeap", () => {
  const scenario = FastCheck.array(
    FastCheck.record({
      deadline: FastCheck.integer({ min: 0, max: 30 }),
      last: FastCheck.boolean(),
      removed: FastCheck.boolean()
    }),
    { maxLength: 60 }
  )

  it("orders the remaining timers by deadline, then ordinary before last ones, then by creation", () => {
    FastCheck.assert(
      FastCheck.property(scenario, (timers) => {
        const heap = new TimerHeap()
        const added = timers.map(({ deadline, last }) =>
          last ? heap.addLast(deadline, () => {}) : heap.add(deadline, () => {})
        )
        timers.forEach(({ removed }, index) => {
          const timer = added[index]
          if (removed && timer !== undefined) heap.remove(timer)
        })
        const stayed = added.flatMap((timer, index) => {
          const { last, removed } = timers[index] ?? { last: false, removed: true }
          return removed ? [] : [{ timer, index, last }]
        })
        stayed.sort((a, b) =>
          a.timer.deadline - b.timer.deadline || Number(a.last) - Number(b.last) || a.index - b.index
        )
        expect(drain(heap)).toEqual(stayed.map(({ timer }) => timer.order))
      }),
      { numRuns: 1000 }
    )
  })

  it("ignores a timer that has left already", () => {
    const heap = new TimerHeap()
    const first = heap.add(1, () => {})
    const second = heap.add(2, () => {})
    heap.shift()
    heap.remove(first)
    expect(drain(heap)).toEqual([second.order])
  })
})
