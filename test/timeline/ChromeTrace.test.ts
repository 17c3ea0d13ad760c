import { describe, expect, it } from "@effect/vitest"
import { Array, Effect, Schema } from "effect"
import { chromeParts, toChrome } from "../../src/timeline/chromeTrace.ts"
import type { Slice, SpanLine, Timeline } from "../../src/timeline/Timeline.ts"
import { bigTimeline } from "../support/bigTimeline.ts"
import { failingTimeline } from "../support/failingTimeline.ts"

const Event = Schema.Struct({
  ph: Schema.Literal("M", "X", "i", "b", "n", "e", "s", "f"),
  pid: Schema.Literal(1),
  tid: Schema.Int.pipe(Schema.positive()),
  name: Schema.String,
  cat: Schema.optional(Schema.String),
  ts: Schema.optional(Schema.Number.pipe(Schema.nonNegative())),
  dur: Schema.optional(Schema.Number.pipe(Schema.nonNegative())),
  id: Schema.optional(Schema.Int),
  id2: Schema.optional(Schema.Struct({ local: Schema.String })),
  bp: Schema.optional(Schema.Literal("e")),
  args: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.Unknown }))
})
type Event = typeof Event.Type

const Trace = Schema.parseJson(Schema.Struct({ traceEvents: Schema.Array(Event) }))

const eventsOf = (timeline: Timeline): ReadonlyArray<Event> =>
  Schema.decodeUnknownSync(Trace)(toChrome(timeline)).traceEvents

/** Microseconds read as nanoseconds, cut as older versions of Perfetto do. Newer ones round. */
const cut = (micros: number | undefined): number => Math.trunc((micros ?? 0) * 1000)
const round = (micros: number | undefined): number => Math.round((micros ?? 0) * 1000)

const byTime = (events: ReadonlyArray<Event>): ReadonlyArray<Event> =>
  events.toSorted((one, other) => cut(one.ts) - cut(other.ts))

const grouped = (events: ReadonlyArray<Event>, keyOf: (event: Event) => string) =>
  Object.values(Array.groupBy(events, keyOf))

/**
 * Lists what Perfetto's importer would drop. Its source says so: complete events of a thread must not overlap, an event
 * of a flow needs a slice around it, and asynchronous events of one id and name must begin and end as a stack.
 */
const droppedByPerfetto = (events: ReadonlyArray<Event>): ReadonlyArray<string> => {
  const slices = events.filter(({ ph }) => ph === "X")
  const overlaps = [cut, round].flatMap((read) =>
    grouped(slices, ({ tid }) => String(tid)).flatMap((thread) => {
      const inOrder = thread.toSorted((one, other) => read(one.ts) - read(other.ts))
      return inOrder.flatMap(({ ts }, index) => {
        const before = inOrder[index - 1]
        return before !== undefined && read(before.ts) + read(before.dur) > read(ts) ? [`overlap at ${ts}`] : []
      })
    })
  )
  const flows = events.filter(({ ph }) => ph === "s" || ph === "f").filter(({ tid, ts }) =>
    !slices.some((slice) =>
      slice.tid === tid && cut(slice.ts) <= cut(ts) && cut(ts) < cut(slice.ts) + Math.max(1, cut(slice.dur))
    )
  ).map(({ id }) => `flow ${id} without a slice`)
  const asynchronous = events.filter(({ ph }) => ph === "b" || ph === "e")
  const unnested = grouped(asynchronous, ({ id2 }) => String(id2?.local)).flatMap((track) => {
    const open: Array<string> = []
    return byTime(track).flatMap(({ name, ph, ts }) => {
      if (ph === "b") {
        open.push(name)
        return []
      }
      return open.pop() === name ? [] : [`${name} ends out of order at ${ts}`]
    }).concat(open.map((name) => `${name} never ends`))
  })
  return [...overlaps, ...flows, ...unnested]
}

const fiber = (id: number, to: number) =>
  ({ id, parent: id === 0 ? null : 0, name: `fiber ${id}`, from: 0, to, outcome: "success" }) as const

const empty: Timeline = {
  ...bigTimeline(1, 2),
  fibers: [fiber(0, 1000), fiber(1, 1000)],
  duration_ns: 1000,
  slices: [],
  spans: [],
  loop_stalls: []
}

const span = (name: string, from: number, to: number): SpanLine => ({ name, fiber: 0, from, to, outcome: "success" })

describe("trace events", () => {
  it.effect("of a recorded run and of a big timeline lose nothing in Perfetto", () =>
    Effect.gen(function*() {
      const big = bigTimeline(50, 2_000)
      for (const timeline of [yield* failingTimeline, big]) {
        const events = eventsOf(timeline)
        expect(droppedByPerfetto(events)).toEqual([])
        const of = (ph: string) => events.filter((event) => event.ph === ph)
        expect(of("X").filter(({ cat }) => cat !== "stall").map(({ dur }) => cut(dur)).toSorted()).toEqual(
          timeline.slices.map(({ from, to }) => to - from).toSorted()
        )
        const asynchronous = timeline.spans.length + timeline.interruptions.length
        expect([of("b").length, of("e").length]).toEqual([asynchronous, asynchronous])
      }
    }))

  it("keep each nanosecond where its microseconds have no exact double", () => {
    const slices = Array.makeBy(5_000, (index): Slice => ({
      fiber: 0,
      from: 123_456_789_123 + index * 1_003,
      to: 123_456_789_123 + (index + 1) * 1_003,
      state: index % 2 === 0 ? "running" : "ready"
    }))
    const events = eventsOf({ ...empty, slices }).filter(({ ph }) => ph === "X")
    for (const read of [cut, round]) {
      expect(events.map(({ dur, ts }) => [read(ts), read(dur)])).toEqual(
        slices.map(({ from, to }) => [from + 1_000, to - from])
      )
    }
  })

  it("begin after 0, which Chromium's DevTools take for no time", () => {
    const times = eventsOf(bigTimeline(10, 100)).flatMap(({ ph, ts }) => (ph === "M" ? [] : [ts]))
    expect(Math.min(...times.map((ts) => ts ?? 0))).toBe(1)
  })

  it("name the threads in the order of the pictures", () => {
    const events = eventsOf(bigTimeline(25, 50)).filter(({ ph, tid }) => ph === "M" && tid > 1)
    const of = (kind: string) => events.filter(({ name }) => name === kind)
    expect(of("thread_sort_index").map(({ args }) => args?.["sort_index"])).toEqual(
      Array.range(0, 24)
    )
    expect(of("thread_name").slice(0, 4).map(({ args, tid }) => [tid, args?.["name"]])).toEqual([
      [2, "Work.step0"],
      [3, "Work.step1"],
      [13, "Work.step4"],
      [14, "Work.step5"]
    ])
  })

  it("draw an arrow from the slice that woke a fiber to the one that it went on in", () => {
    const slices: ReadonlyArray<Slice> = [
      { fiber: 0, from: 0, to: 500, state: "running" },
      { fiber: 0, from: 500, to: 1000, state: "waiting" },
      { fiber: 1, from: 0, to: 500, state: "waiting", reason: { kind: "permit" }, woken_by: 0 },
      { fiber: 1, from: 500, to: 1000, state: "ready" }
    ]
    const events = eventsOf({ ...empty, slices })
    expect(droppedByPerfetto(events)).toEqual([])
    const [start, finish] = events.filter(({ ph }) => ph === "s" || ph === "f")
    expect([start?.ph, start?.tid, cut(start?.ts)]).toEqual(["s", 2, 1_499])
    expect([finish?.ph, finish?.bp, finish?.tid, cut(finish?.ts)]).toEqual(["f", "e", 3, 1_500])
    expect([start?.id, start?.name, start?.cat]).toEqual([finish?.id, finish?.name, finish?.cat])
  })

  it("nest spans that begin or end together, that take no time, and that outlast the one around them", () => {
    const spans = [
      span("outer", 0, 1000),
      span("inner", 0, 400),
      span("moment", 0, 0),
      span("last moment", 400, 400),
      span("next", 400, 1000),
      span("outlasting", 900, 1100)
    ]
    const events = eventsOf({ ...empty, spans })
    expect(droppedByPerfetto(events)).toEqual([])
    const begun = events.filter(({ ph }) => ph === "b")
    expect(begun.map(({ name }) => name).toSorted()).toEqual(spans.map(({ name }) => name).toSorted())
    expect(begun.find(({ name }) => name === "outlasting")?.id2).not.toEqual(begun[0]?.id2)
  })

  it("show the three moments of an interruption, and a stall of the event loop on a thread of its own", () => {
    const events = eventsOf({
      ...empty,
      interruptions: [{ fiber: 0, by: 1, why: "sibling failed", asked: 100, honoured: 400, cleaned_up: 900 }],
      loop_stalls: [{
        from: 200,
        to: 700,
        fiber: 1,
        name: "Work.long",
        victims: [{ timeline: null, fiber: 0, name: "victim", stolen_ns: 300 }]
      }]
    })
    expect(events.filter(({ cat }) => cat === "interruption").map(({ name, ph, ts }) => [ph, name, cut(ts)])).toEqual([
      ["i", "interrupted: sibling failed", 1_100],
      ["b", "sibling failed", 1_100],
      ["n", "sibling failed", 1_400],
      ["e", "sibling failed", 1_900]
    ])
    expect(events.filter(({ tid }) => tid === 1).map(({ args, name, ph }) => [ph, name, args])).toEqual([
      ["M", "process_name", { name: "big" }],
      ["M", "thread_name", { name: "event loop" }],
      ["M", "thread_sort_index", { sort_index: -1 }],
      ["X", "stalled by Work.long", { victim: "300 ns stolen" }]
    ])
  })

  it("come in parts, none of which is long", () => {
    const parts = [...chromeParts(bigTimeline(200, 20_000))]
    expect(parts.length).toBeGreaterThan(20)
    expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(256 * 1024)
  })
})
