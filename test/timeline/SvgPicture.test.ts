import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Svg from "../../src/timeline/SvgPicture.ts"
import type { SpanLine, Timeline } from "../../src/timeline/Timeline.ts"
import { bigTimeline } from "../support/bigTimeline.ts"
import { failingTimeline } from "../support/failingTimeline.ts"

const empty: Timeline = {
  ...bigTimeline(1, 2),
  name: "one fiber",
  fibers: [{ id: 0, parent: null, name: "root", from: 0, to: 1e9, outcome: "success" }],
  duration_ns: 1e9,
  slices: [{ fiber: 0, from: 0, to: 1e9, state: "running" }],
  spans: [],
  loop_stalls: [],
  lost: { fibers: 0, spans: 0, events: false }
}

const span = (name: string, from: number, to: number, outcome: SpanLine["outcome"] = "success"): SpanLine => ({
  name,
  fiber: 0,
  from: from * 1e9,
  to: to * 1e9,
  outcome
})

/** The texts that a reader sees, without those that only appear below the pointer. */
const textsOf = (svg: string): ReadonlyArray<string> =>
  [...svg.replaceAll(/<title>.*?<\/title>/g, "").matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = ""]) => text)

const classes = (svg: string, name: string) => svg.match(new RegExp(`<rect class="${name}" x=`, "g"))?.length ?? 0

describe("the SVG of a timeline", () => {
  it.effect("has a row a fiber, a legend of its states, the sentence of where the time went, and names as text", () =>
    Effect.gen(function*() {
      const svg = Svg.draw(yield* failingTimeline)
      expect(svg).not.toContain("<b>")
      expect(textsOf(svg)).toEqual([
        "a &lt;run&gt;",
        expect.stringMatching(/^took 2 s: /),
        "0 s",
        "0.5 s",
        "1 s",
        "1.5 s",
        "2 s",
        "root",
        "!",
        expect.stringMatching(/^#\d+$/),
        "!",
        "one",
        "two &lt;b&gt;",
        "!",
        "three",
        "✕",
        "sleeps",
        "waits for a fiber",
        "✕",
        "interrupted",
        "!",
        "failed"
      ])
    }))

  it("says the same in French, with commas in its numbers", () => {
    const timeline: Timeline = {
      ...empty,
      events: [{ fiber: 0, at: 5e8, kind: "attempt", value: 2 }, { fiber: 0, at: 5e8, kind: "timeout" }],
      fibers: [{ id: 0, parent: null, name: "root", from: 0, to: 1e9, outcome: "interrupted" }],
      slices: [{ fiber: 0, from: 0, to: 1e5, state: "ready" }, { fiber: 0, from: 1e5, to: 1e9, state: "running" }],
      spans: [span("one", 0, 0.5, "failure"), span("two", 0.5, 1)],
      interruptions: [{ fiber: 0, by: null, why: "asked", asked: 1e8, honoured: 4e8, cleaned_up: 9e8 }],
      loop_stalls: [{ from: 0, to: 1e8, fiber: null, name: "x", victims: [] }],
      lost: { fibers: 1, spans: 2, events: true }
    }
    const svg = Svg.draw(timeline, "fr").replace(/<style>.*<\/style>/, "")
    const told = new Set([...svg.matchAll(/>([^<]*\p{L}{2}[^<]*)/gu)].map(([, words]) => words))
    expect([...told]).toEqual([
      "one fiber: a pris 1 s : 1 s d'exécution dans root",
      "one fiber",
      "a pris 1 s : 1 s d'exécution dans root",
      "root",
      "root, fibre 0, interrompue",
      "prête, attend le processeur, 0 s",
      "s'exécute, 1 s",
      "one, 0,5 s, échouée",
      "one",
      "two, 0,5 s, réussie",
      "two",
      "interrompue (demandé), honorée après 0,3 s",
      "nettoyée en 0,5 s",
      "essai 2",
      "délai dépassé",
      "one: échouée",
      "root: interrompue",
      "x a bloqué la boucle d'événements pendant 0,1 s",
      "s'exécute",
      "prête, attend le processeur",
      "un nouvel essai",
      "interrompue",
      "interruption : demandée, nettoyage",
      "échouée",
      "la boucle d'événements s'est bloquée",
      "perdus : 1 fibre, 2 spans, les événements les plus anciens"
    ])
  })

  it("follows the reader's colour scheme, and loads nothing", () => {
    const svg = Svg.draw(empty)
    expect(svg).toContain("@media (prefers-color-scheme:dark)")
    expect(svg.replace("http://www.w3.org/2000/svg", "")).not.toMatch(/url\(|https?:|<script|href/)
  })

  it("labels the spans of a fiber that has several, and underlines those that failed", () => {
    const svg = Svg.draw({ ...empty, spans: [span("first", 0, 0.5, "failure"), span("second", 0.5, 1)] })
    expect(textsOf(svg)).toEqual(expect.arrayContaining(["first", "second"]))
    expect([classes(svg, "bad"), classes(svg, "span")]).toEqual([1, 1])
    expect(textsOf(Svg.draw({ ...empty, spans: [span("first", 0, 1)] }))).not.toContain("first")
  })

  it("labels the spans inside one that lasts as long as its fiber", () => {
    const spans = [span("outer", 0, 1), span("first", 0, 0.5), span("second", 0.5, 1), span("deep", 0.5, 0.9)]
    const texts = textsOf(Svg.draw({ ...empty, spans }))
    expect(texts).toEqual(expect.arrayContaining(["first", "second"]))
    expect(texts).not.toEqual(expect.arrayContaining(["outer"]))
    expect(texts).not.toEqual(expect.arrayContaining(["deep"]))
  })

  it("draws an interruption from the request to its honouring, and to the end of the clean-up", () => {
    const interruption = { fiber: 0, by: null, why: "timeout", asked: 1e8, honoured: 4e8, cleaned_up: 9e8 } as const
    const svg = Svg.draw({ ...empty, interruptions: [interruption] })
    expect(svg).toContain("interrupted (timeout), honoured after 0.3 s")
    expect(svg).toContain("cleaned up in 0.5 s")
  })

  it("places marks of one moment beside each other", () => {
    const events = [{ fiber: 0, at: 5e8, kind: "attempt", value: 2 }, { fiber: 0, at: 5e8, kind: "timeout" }] as const
    const marks = [...Svg.draw({ ...empty, events }).matchAll(/class="mark" x="([\d.]+)" y="[^"]+">(\w)</g)]
    const [attempt, timeout] = marks.map(([, x, text]) => [text, Number(x)] as const)
    expect([attempt?.[0], timeout?.[0]]).toEqual(["2", "T"])
    expect(Number(timeout?.[1]) - Number(attempt?.[1])).toBeGreaterThanOrEqual(9)
  })

  it("draws slices below a pixel as one, in the colour of the state that took longest", () => {
    const sliver = 1e5
    const slices = Array.from({ length: 10_000 }, (_, index) => ({
      fiber: 0,
      from: index * sliver,
      to: (index + 1) * sliver,
      state: index % 5 === 0 ? "running" as const : "ready" as const
    }))
    const svg = Svg.draw({ ...empty, slices })
    expect(classes(svg, "running")).toBe(0)
    expect(classes(svg, "ready")).toBeLessThanOrEqual(640)
    expect(svg).toContain("slices, mostly: ready, waits for the processor")
  })

  it("is bounded for 2,000 fibers and 50,000 slices, and counts what it leaves out", () => {
    const timeline = bigTimeline(2_000, 50_000)
    expect([timeline.fibers.length, timeline.slices.length]).toEqual([2_000, 50_000])
    const svg = Svg.draw(timeline)
    expect(svg.length).toBeLessThan(1024 * 1024)
    expect(textsOf(svg)).toEqual(expect.arrayContaining([
      "… 1800 more fibers",
      "lost: 2 fibers, 0 spans, the oldest events",
      "the event loop stalled"
    ]))
  })

  it("shows a fiber whose parent is lost, and a chain of fibers longer than the stack is deep", () => {
    const orphan = { id: 7, parent: 3, name: "orphan", from: 0, to: 1e9, outcome: "success" } as const
    expect(textsOf(Svg.draw({ ...empty, fibers: [...empty.fibers, orphan] }))).toContain("orphan")
    const chain = Array.from({ length: 20_000 }, (_, id) => ({
      ...orphan,
      id,
      parent: id === 0 ? null : id - 1
    }))
    expect(textsOf(Svg.draw({ ...empty, fibers: chain }))).toContain("… 19800 more fibers")
  })
})
