import type { FiberLine, Slice, SpanLine, Timeline } from "../../src/timeline/Timeline.ts"

/** Kinds of waits that follow each other in each fiber. */
const reasons = ["permit", "turn", "commit", "worker", "upstream", "queue", "socket", "unknown"] as const

/**
 * Makes a timeline that obeys the laws of conservation: fibers in groups of ten below a root, each with slices of equal
 * length that run one after another.
 */
export const bigTimeline = (fibers: number, slices: number): Timeline => {
  const each = Math.max(2, Math.floor(slices / fibers))
  const step = 10_000
  const until = each * fibers * step
  const lines = Array.from({ length: fibers }, (_, id): FiberLine => ({
    id,
    parent: id === 0 ? null : Math.floor((id - 1) / 10),
    name: `Work.step${id % 7}`,
    from: 0,
    to: until,
    outcome: id % 50 === 49 ? "interrupted" : id % 20 === 19 ? "failure" : "success"
  }))
  const parts = lines.flatMap(({ id }) => {
    const found: Array<Slice> = []
    let at = 0
    // a fiber runs once in each round of all fibers
    for (let round = 0; found.length < each - 1; round++) {
      const from = (round * fibers + id) * step
      const kind = reasons[(round + id) % reasons.length] ?? "unknown"
      if (from > at) found.push({ fiber: id, from: at, to: from, state: "waiting", reason: { kind }, woken_by: null })
      if (found.length < each - 1) found.push({ fiber: id, from, to: from + step, state: "running" })
      at = found.at(-1)?.to ?? at
    }
    found.push({ fiber: id, from: at, to: until, state: "ready" })
    return found
  })
  return {
    version: "barista.timeline/1",
    id: "0123456789abcdef0123456789abcdef",
    name: "big",
    clock: "live",
    started_at: "2025-01-31T12:00:00.000Z",
    duration_ns: until,
    outcome: "success",
    fibers: lines,
    slices: parts,
    spans: lines.map(({ from, id, name, outcome, to }): SpanLine => ({ name, fiber: id, from, to, outcome })),
    events: [],
    interruptions: lines.filter(({ outcome }) => outcome === "interrupted").map(({ id, to }) => ({
      fiber: id,
      by: 0,
      why: "sibling failed" as const,
      asked: to - 40 * step,
      honoured: to - 20 * step,
      cleaned_up: to
    })),
    commits: [],
    loop_stalls: [{ from: until / 4, to: until / 3, fiber: 3, name: "Work.step3", victims: [] }],
    lost: { fibers: 2, spans: 0, events: true },
    recorded_in_ns: 1_000_000
  }
}
