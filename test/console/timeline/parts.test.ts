import { describe, expect, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { Axis, DrawnTime } from "../../../src/console/timeline/Axis.ts"
import { barsOf } from "../../../src/console/timeline/bars.ts"
import { foldedTime, idleGaps } from "../../../src/console/timeline/gaps.ts"
import { gridRows, search } from "../../../src/console/timeline/grid.ts"
import { allMoments, stepped } from "../../../src/console/timeline/moments.ts"
import { partsOf } from "../../../src/console/timeline/parts.ts"
import { Profile } from "../../../src/console/timeline/Profile.ts"
import { sliceAt, Track } from "../../../src/console/timeline/Track.ts"
import { duration, moment } from "../../../src/console/timeline/words.ts"
import { fiber, large, recording, slice } from "../support/recordings.ts"

const axis = (duration: number, width: number) => new Axis(new DrawnTime(duration), { from: 0, to: duration }, width)

describe("bars", () => {
  it("are one for each slice that has room", () => {
    const bars = barsOf([slice(1, 0, 400), slice(1, 400, 1000, "waiting")], axis(1000, 100))
    expect(bars.map(({ count, state, width, x }) => [x, width, state, count])).toEqual([
      [0, 40, "running", 1],
      [40, 60, "sleep", 1]
    ])
  })

  it("are never more than pixels, and none is lost", () => {
    const { slices } = large(1, 50_000)
    const bars = barsOf(slices, axis(50_000 * 1_000_000, 300))
    expect(bars.length).toBeLessThanOrEqual(300)
    expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(50_000)
  })

  it("show the state that took most of their time", () => {
    const [bar] = barsOf([slice(1, 0, 1), slice(1, 1, 9, "waiting"), slice(1, 9, 10)], axis(1000, 100))
    expect([bar?.state, bar?.count]).toEqual(["sleep", 3])
  })

  it("cover only what is shown", () => {
    const { slices } = large(1, 1000)
    const zoomed = new Axis(new DrawnTime(1e9), { from: 5e8, to: 5.1e8 }, 600)
    expect(barsOf(slices, zoomed).length).toBeLessThanOrEqual(12)
  })
})

describe("idle time", () => {
  const waiting = recording({
    duration_ns: 1000,
    fibers: [fiber(1, null, 0, 1000), fiber(2, 1, 0, 500)],
    slices: [
      slice(1, 0, 100),
      slice(1, 100, 900, "waiting"),
      slice(1, 900, 1000),
      slice(2, 0, 400, "waiting"),
      slice(2, 400, 500)
    ]
  })

  it("is where all fibers wait and nothing happens", () => {
    expect(idleGaps([waiting], 1000)).toEqual([{ from: 100, to: 400 }, { from: 500, to: 900 }])
  })

  it("ends where a compared recording works", () => {
    const busy = recording({ fibers: [fiber(1, null, 0, 1000)], slices: [slice(1, 150, 850)] })
    expect(idleGaps([waiting, busy], 1000)).toEqual([{ from: 100, to: 150 }, { from: 850, to: 900 }])
  })

  it("is found wherever the moments lie, as by comparing each of them with each slice", () => {
    const time = fc.integer({ min: 0, max: 10_000 })
    const times = fc.tuple(time, time, fc.boolean())
    fc.assert(fc.property(fc.array(times, { maxLength: 12 }), (given) => {
      const slices = given.map(([one, other, isBusy]) =>
        slice(1, Math.min(one, other), Math.max(one, other), isBusy ? "running" : "waiting")
      )
      const moments = [0, 10_000, ...slices.flatMap(({ from, to }) => [from, to])].toSorted((a, b) => a - b)
      const isIdle = (at: number) => slices.every(({ from, state, to }) => state === "waiting" || to <= at || from > at)
      const expected = moments.slice(1).map((to, index) => ({ from: moments[index] ?? 0, to }))
        .filter(({ from, to }) => to - from >= 200 && isIdle(from))
      expect(idleGaps([recording({ slices })], 10_000)).toEqual(expected)
    }))
  })

  it("is folded to one length, and busy time stays as it is", () => {
    const time = foldedTime([waiting], 1000)
    expect(time.drawn(100) - time.drawn(0)).toBe(100)
    expect(time.drawn(400) - time.drawn(100)).toBeCloseTo(time.drawn(900) - time.drawn(500))
    expect(time.total).toBeLessThan(400)
  })
})

describe("the profile of the minimap", () => {
  it("is the mean count of fibers in each pixel", () => {
    const profile = new Profile(4)
    for (const [from, to] of [[0, 4], [0.5, 2.25], [1.25, 1.75]] as const) {
      profile.change(from, 1)
      profile.change(to, -1)
    }
    expect([...profile.counts].slice(0, 4)).toEqual([1.5, 2.5, 1.25, 1])
  })
})

describe("the grid", () => {
  const tree = recording({
    fibers: [
      fiber(1, null, 0, 9, "Root.run"),
      fiber(2, 1, 0, 9, "Tâche.une"),
      fiber(3, 2, 0, 9, "Deep.down"),
      fiber(4, 1, 0, 9, "Task.two")
    ],
    spans: [{ name: "Upstream.get", fiber: 3, from: 0, to: 1, outcome: "success" }]
  })
  const [one, two] = [new Track(0, tree), new Track(1, tree)]

  it("has parents above their children, and hides those of a collapsed fiber", () => {
    const names = (collapsed: ReadonlyArray<string>) =>
      gridRows([one], new Set(collapsed)).map(({ level, row }) => [level, row?.fiber.id])
    expect(names([])).toEqual([[1, 1], [2, 2], [3, 3], [2, 4]])
    expect(names(["0:2"])).toEqual([[1, 1], [2, 2], [2, 4]])
    expect(names(["0:1"])).toEqual([[1, 1]])
  })

  it("has a head for each of two recordings", () => {
    const rows = gridRows([one, two], new Set(["0:"]))
    expect(rows.map(({ key }) => key)).toEqual(["0:", "1:", "1:1", "1:2", "1:3", "1:4"])
  })

  it("is searched without case and accents, in names of spans too", () => {
    const found = (text: string) => search([one], text).map(({ fiber: { id } }) => id)
    expect([found("TACHE"), found("upstream"), found("run"), found("  ")]).toEqual([[2], [3], [1], []])
  })
})

describe("moments", () => {
  it("are gone through forwards and backwards, each once", () => {
    const track = new Track(
      0,
      recording({
        fibers: [fiber(1, null, 0, 30)],
        slices: [slice(1, 0, 10), slice(1, 10, 30, "waiting")],
        events: [{ fiber: 1, at: 10, kind: "attempt", value: 1 }, { fiber: 1, at: 20, kind: "timeout" }]
      })
    )
    const moments = allMoments([track])
    expect(moments.map(({ at }) => at)).toEqual([0, 10, 20, 30])
    const first = stepped(moments, -1, 1)
    expect(first?.at).toBe(0)
    expect([1, 2, 3, 4].reduce((from) => stepped(moments, from ?? -1, 1), first)).toBeUndefined()
    expect(stepped(moments, Infinity, -1)?.at).toBe(30)
  })

  it("lie in one slice of a fiber", () => {
    const [row] = new Track(0, large(1, 100)).rows
    if (row === undefined) throw new Error("no row")
    expect([0, 500_000, 99_500_000, 100_000_000].map((at) => sliceAt(row, at)?.from)).toEqual([
      0,
      0,
      99_000_000,
      99_000_000
    ])
    expect(sliceAt(row, 100_000_001)).toBeUndefined()
  })
})

describe("words", () => {
  it("write times as each language does", () => {
    expect([duration(1_234_567, "en"), duration(1_234_567, "fr"), duration(0, "fr")]).toEqual([
      "1.23 ms",
      "1,23 ms",
      "0"
    ])
    expect([duration(500, "en"), duration(1_500, "en"), duration(5e8, "en", 2e9)]).toEqual([
      "500 ns",
      "1.5 µs",
      "0.5 s"
    ])
    expect(moment(1_234_567_890, "en")).toBe("1.234568 s")
  })

  it("tell where the time went, the largest part first", () => {
    const slept = recording({
      fibers: [fiber(1, null, 0, 1000, "Work")],
      slices: [slice(1, 0, 900, "waiting"), slice(1, 900, 1000)]
    })
    expect(partsOf(slept)).toEqual([
      { fiber: 1, state: "sleep", time: 900, at: 0 },
      { fiber: 1, state: "running", time: 100, at: 900 }
    ])
  })
})
