import { describe, expect, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { Axis, axisTicks, DrawnTime, revealing, within, zoomed } from "../../../src/console/timeline/Axis.ts"

const folded = new DrawnTime(1000, [{ from: 100, to: 400 }, { from: 600, to: 1000 }], 20)

describe("drawn time", () => {
  it("is shorter by what its gaps lose", () => {
    expect(folded.total).toBe(340)
    expect([0, 100, 250, 400, 600, 1000].map((time) => folded.drawn(time))).toEqual([0, 100, 110, 120, 320, 340])
  })

  it("leads back to real time from everywhere", () => {
    fc.assert(fc.property(fc.double({ min: 0, max: 1000, noNaN: true }), (time) => {
      expect(folded.real(folded.drawn(time))).toBeCloseTo(time, 6)
    }))
  })
})

describe("zooming", () => {
  it("keeps the moment below the pointer in its place", () => {
    const time = new DrawnTime(1_000_000)
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 400 }), fc.double({ min: 1, max: 8, noNaN: true }), (x, factor) => {
        const before = new Axis(time, { from: 300_000, to: 600_000 }, 600)
        const after = new Axis(time, zoomed(before.shown, factor, before.at(x), time.total), 600)
        expect(after.x(before.at(x))).toBeCloseTo(x, 3)
      })
    )
  })

  it("stays within the recording, however far it goes", () => {
    expect(zoomed({ from: 100, to: 900 }, 0.001, 500, 1000)).toEqual({ from: 0, to: 1000 })
    expect(within({ from: -50, to: 450 }, 1000)).toEqual({ from: 0, to: 500 })
    expect(within({ from: 800, to: 1300 }, 1000)).toEqual({ from: 500, to: 1000 })
  })

  it("moves no further than needed to show a moment", () => {
    const shown = { from: 400, to: 600 }
    expect(revealing(shown, 500, 1000)).toBe(shown)
    expect(revealing(shown, 700, 1000)).toEqual({ from: 520, to: 720 })
    expect(revealing(shown, 0, 1000)).toEqual({ from: 0, to: 200 })
  })
})

describe("ticks", () => {
  it("are round, and as far apart as asked", () => {
    const axis = new Axis(new DrawnTime(1e9), { from: 0, to: 1e9 }, 600)
    expect(axisTicks(axis, 90)).toEqual([0, 2e8, 4e8, 6e8, 8e8, 1e9])
  })

  it("stand in no gap", () => {
    const axis = new Axis(folded, { from: 0, to: folded.total }, 3400)
    const ticks = axisTicks(axis, 50)
    expect(ticks.length).toBeGreaterThan(10)
    expect(ticks.filter((tick) => (tick > 100 && tick < 400) || tick > 600)).toEqual([1000])
  })
})
