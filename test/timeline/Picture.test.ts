import { describe, expect, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { ticks, timeText } from "../../src/timeline/pictureRows.ts"
import * as Text from "../../src/timeline/TextPicture.ts"
import { Timeline } from "../../src/timeline/Timeline.ts"
import { failingTimeline, recorded } from "../support/failingTimeline.ts"

describe("the text of a timeline", () => {
  it.effect("has a row a fiber, whose letters say state and end, an axis and a legend", () =>
    Effect.gen(function*() {
      const lines = Text.draw(yield* failingTimeline, { columns: 40, colours: false })
      const [root, , one, two, three, axis, words, ...legend] = lines
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(40)
      expect(root).toMatch(/^root +-{29,}!$/)
      expect(one).toMatch(/^ {2}one +\.{14,16}\|$/)
      expect(two).toMatch(/^ {2}two <b> +\.{28,}!$/)
      expect(three).toMatch(/^ {2}three +\.{28,}x$/)
      expect(axis?.trim()).toMatch(/^┴─+┴─+┴$/)
      expect(words?.trim()).toMatch(/^0 s +1 s +2 s$/)
      expect(legend).toEqual([
        ". sleeps  - waits for a fiber",
        "x interrupted  ! failed"
      ])
    }))

  it.effect("has the same letters in colours", () =>
    Effect.gen(function*() {
      const timeline = yield* failingTimeline
      const plain = Text.draw(timeline, { columns: 60, colours: false })
      const coloured = Text.draw(timeline, { columns: 60, colours: true })
      expect(coloured).not.toEqual(plain)
      // eslint-disable-next-line no-control-regex
      expect(coloured.map((line) => line.replaceAll(/\u001b\[\d+m/g, ""))).toEqual(plain)
    }))

  it.effect("fits a terminal of few lines and columns, and shows a timeout at the end", () =>
    Effect.gen(function*() {
      const timeline = yield* failingTimeline
      const [root] = timeline.fibers
      const timed: Timeline = {
        ...timeline,
        events: [{ fiber: root?.id ?? 0, at: timeline.duration_ns, kind: "timeout" }]
      }
      const lines = Text.draw(timed, { columns: 30, lines: 8, colours: false })
      expect(lines).toHaveLength(8)
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(30)
      expect(lines[0]).toMatch(/T!$/)
    }))

  it.effect("counts the fibers that have no row", () =>
    Effect.gen(function*() {
      const many = yield* recorded(
        Effect.forEach(Array.from({ length: 60 }), () => Effect.sleep(10), { concurrency: "unbounded" })
      )
      const lines = Text.draw(many, { columns: 60, colours: false, rows: 10 })
      expect(lines[10]).toBe(`… ${many.fibers.length - 10} more fibers`)
    }))
})

describe("the other forms of a timeline", () => {
  it.effect("are data that read back as they were", () =>
    Effect.gen(function*() {
      const timeline = yield* failingTimeline
      expect(yield* Schema.decodeUnknown(Schema.parseJson(Timeline))(JSON.stringify(timeline))).toEqual(timeline)
    }))

  it.effect("are read from a file of before commits and stalls were recorded", () =>
    Effect.gen(function*() {
      const { commits: _, loop_stalls: __, ...old } = yield* failingTimeline
      expect(yield* Schema.decodeUnknown(Timeline)(old)).toEqual({ ...old, commits: [], loop_stalls: [] })
    }))
})

describe("an axis", () => {
  it("has round steps, no more of them than fit", () => {
    expect(ticks(15e9, 5)).toEqual([0, 5e9, 10e9, 15e9])
    expect(ticks(100, 4)).toEqual([0, 50, 100])
    expect(ticks(0, 4)).toEqual([0])
  })

  it("names times in the unit of the largest one", () => {
    expect([timeText(0, 3e9), timeText(1.5e9), timeText(2_500_000), timeText(2_500), timeText(12)])
      .toEqual(["0 s", "1.5 s", "2.5 ms", "2.5 µs", "12 ns"])
  })

  it("writes times with three digits, and no more decimals than a reader needs", () => {
    expect([timeText(681_089_000), timeText(24_151_500), timeText(1_234_567), timeText(5_432e9)])
      .toEqual(["681 ms", "24.2 ms", "1.23 ms", "5432 s"])
    expect([timeText(31_415_926, 1.8e9), timeText(12, 3e9)]).toEqual(["0.031 s", "0 s"])
  })
})
