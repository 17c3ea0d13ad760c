import { describe, expect, it } from "@effect/vitest"
import { Arbitrary, FastCheck } from "effect"
import { toChrome } from "../../src/timeline/chromeTrace.ts"
import { violations } from "../../src/timeline/conservation.ts"
import { toTest } from "../../src/timeline/keep/toTest.ts"
import { rowsOf } from "../../src/timeline/pictureRows.ts"
import * as Svg from "../../src/timeline/SvgPicture.ts"
import * as Text from "../../src/timeline/TextPicture.ts"
import { Timeline } from "../../src/timeline/Timeline.ts"
import { why } from "../../src/timeline/why.ts"
import { bigTimeline } from "../support/bigTimeline.ts"

const anyTimeline = Arbitrary.make(Timeline)

/** Makes the spans of a timeline calls that a test can replay. */
const calling = (timeline: Timeline, name: string): Timeline => ({
  ...timeline,
  lost: { fibers: 0, spans: 0, events: false },
  spans: timeline.spans.map(({ from, outcome, to }) => ({
    name,
    from,
    outcome,
    to,
    fiber: timeline.fibers[0]?.id ?? null,
    arguments: [1, 2]
  }))
})

const anyCalls = FastCheck.tuple(anyTimeline, FastCheck.constantFrom("Batch.run", "Upstream.get", "Basics.asyncSlow"))
  .map(([timeline, name]) => calling(timeline, name))

describe("any timeline that its schema allows", () => {
  it.prop(
    "is drawn and exported without a wrong number, within the width",
    { timeline: anyTimeline },
    ({ timeline }) => {
      for (const columns of [1, 20, 80, 200]) {
        const lines = Text.draw(timeline, { columns, colours: false, rows: 10 })
        expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(Math.max(columns, 20))
        expect(lines.join("\n")).not.toMatch(/NaN|Infinity|undefined/)
      }
      expect(Svg.draw({ ...timeline, name: "", fibers: [], spans: [] })).not.toMatch(/NaN|Infinity|undefined/)
      expect(() => [Svg.draw(timeline), JSON.parse(toChrome(timeline)), why(timeline), violations(timeline)]).not
        .toThrow()
    }
  )

  it("is drawn though each of many fibers is the child of the one before", () => {
    const chain: Timeline = {
      ...bigTimeline(1, 1),
      fibers: Array.from({ length: 20_000 }, (_, id) => ({
        id,
        parent: id === 0 ? null : id - 1,
        name: `#${id}`,
        from: 0,
        to: 1,
        outcome: "success"
      }))
    }
    const lines = Text.draw(chain, { columns: 80, colours: false, rows: 10 })
    expect(lines).toContain("… 19990 more fibers")
    expect(() => [Svg.draw(chain), toChrome(chain), why(chain), violations(chain), toTest(chain)]).not.toThrow()
  })

  it("is told though each of many fibers waits for the one after", () => {
    const timeline = bigTimeline(1, 1)
    const waits = Array.from({ length: 20_000 }, (_, id) => id)
    const fibers = waits.map((id) => ({
      id,
      parent: null,
      name: `#${id}`,
      from: 0,
      to: 1,
      outcome: "success" as const
    }))
    const slices = waits.map((fiber) =>
      ({ fiber, from: 0, to: 1, state: "waiting", reason: { kind: "join", fiber: fiber + 1 } }) as const
    )
    expect(why({ ...timeline, duration_ns: 1, fibers, slices })).toMatch(/ waiting for #\d+$/)
  })

  it("shows each line once, though its ids are there twice, or fibers are their own ancestors", () => {
    const parents = [[1, null], [1, null], [1, 1], [2, 3], [3, 2], [4, 4]] as const
    const fibers = parents.map(([id, parent]) =>
      ({ id, parent, name: `#${id}`, from: 0, to: 1, outcome: "success" }) as const
    )
    const rows = rowsOf({ ...bigTimeline(1, 1), fibers })
    expect(rows.map(({ depth, fiber }) => [depth, fiber.id])).toEqual([[0, 1], [1, 1], [0, 1], [0, 2], [1, 3], [0, 4]])
  })

  it.prop("becomes a test, or says why not", { timeline: anyCalls }, ({ timeline }) => {
    expect(() => toTest(timeline)).not.toThrow()
  })
})
