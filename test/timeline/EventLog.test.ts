import { describe, expect, it } from "@effect/vitest"
import { blockEvents, EventLog, EventMemory, kinds, nobody } from "../../src/timeline/EventLog.ts"

const sleeps = (log: EventLog, count: number, from = 0) => {
  for (let n = from; n < from + count; n++) log.add(n, kinds.sleep, 7, n, nobody)
}

const numbers = (log: EventLog) => log.read().map(({ a }) => a)

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)

describe("the log of a recording", () => {
  it("keeps its events apart from those of others, in the order in which they came", () => {
    const memory = new EventMemory(10)
    const [one, other] = [new EventLog(memory, 1_000), new EventLog(memory, 1_000)]
    for (let n = 0; n < 150; n++) {
      sleeps(one, 1, n)
      sleeps(other, 2, 2 * n)
    }
    expect(numbers(one)).toEqual(range(0, 150))
    expect(numbers(other)).toEqual(range(0, 300))
    expect([one.size, other.size, one.lost, other.lost]).toEqual([150, 300, 0, 0])
    expect(one.read()[7]).toEqual({ time: 7, kind: kinds.sleep, fiber: 7, a: 7, b: nobody })
  })

  it("drops its oldest events beyond its bound, and counts them", () => {
    const log = new EventLog(new EventMemory(10), 2 * blockEvents)
    sleeps(log, 3 * blockEvents + 1)
    expect(numbers(log)).toEqual(range(2 * blockEvents, 3 * blockEvents + 1))
    expect(log.lost).toBe(2 * blockEvents)
  })

  it("drops its oldest events where the memory has no room, and loses all where it has no block", () => {
    const memory = new EventMemory(1)
    const [one, other] = [new EventLog(memory, 1_000), new EventLog(memory, 1_000)]
    sleeps(one, blockEvents + 1)
    sleeps(other, 3)
    expect(numbers(one)).toEqual([blockEvents])
    expect([one.lost, other.lost, other.size]).toEqual([blockEvents, 3, 0])
  })

  it("keeps the starts of fibers and spans that have not ended", () => {
    const log = new EventLog(new EventMemory(10), blockEvents)
    log.add(1, kinds.start, 7, nobody, nobody)
    log.add(2, kinds.start, 8, 7, nobody)
    log.add(3, kinds.span, 7, 0, 1)
    log.add(4, kinds.span, 7, 0, 2)
    log.add(5, kinds.spanEnd, 7, 2, 0)
    log.add(6, kinds.end, 8, 0, nobody)
    sleeps(log, blockEvents)
    const kept = log.read().filter(({ kind }) => kind !== kinds.sleep)
    expect(kept.map(({ fiber, kind, time }) => [time, kind, fiber])).toEqual([
      [1, kinds.start, 7],
      [1, kinds.run, 7],
      [1, kinds.suspend, 7],
      [3, kinds.span, 7]
    ])
  })

  it("takes nothing once closed, and gives its memory to others", () => {
    let asked = 0
    const memory = new EventMemory(2, () => {
      asked++
      one.release()
    })
    const one = new EventLog(memory, 1_000)
    sleeps(one, blockEvents + 3)
    one.close()
    sleeps(one, 5)
    expect(one.size).toBe(blockEvents + 3)
    const other = new EventLog(memory, 1_000)
    sleeps(other, 2 * blockEvents)
    expect([asked, one.size, other.lost]).toEqual([1, 0, 0])
    expect(numbers(other)).toEqual(range(0, 2 * blockEvents))
    expect(memory.bytes).toBe(128 * blockEvents * 21)
  })
})
