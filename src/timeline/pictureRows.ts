import { reasons } from "../domain/WaitReason.ts"
import { isMarked } from "./policyMoments.ts"
import type { FiberLine, Interruption, PolicyEvent, Reason, Slice, SpanLine, Timeline } from "./Timeline.ts"

/** The state of a fiber as a picture shows it: it runs, could run, or waits for a reason. */
export type Shown = "running" | "ready" | Reason["kind"]

/** Every state, in the order of a legend. */
export const allShown: ReadonlyArray<Shown> = [
  "running",
  "ready",
  "sleep",
  "pause",
  "join",
  ...reasons,
  "unknown"
]

export const shownState = ({ reason, state }: Slice): Shown => state === "waiting" ? reason?.kind ?? "unknown" : state

/** One row of a picture: a fiber, below its parent. */
export interface Row {
  readonly fiber: FiberLine
  readonly depth: number
  readonly slices: ReadonlyArray<Slice>
  /** Moments of policies: attempts after the first, and timeouts. */
  readonly moments: ReadonlyArray<PolicyEvent>
  readonly spans: ReadonlyArray<SpanLine>
  readonly interruptions: ReadonlyArray<Interruption>
}

const grouped = <A, Key>(all: ReadonlyArray<A>, keyOf: (one: A) => Key): ReadonlyMap<Key, ReadonlyArray<A>> => {
  const groups = new Map<Key, Array<A>>()
  for (const one of all) {
    const key = keyOf(one)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [one])
    else group.push(one)
  }
  return groups
}

/**
 * The fibers of a timeline as a tree, parents before children, in order of their starts. A fiber whose parent is lost
 * is a root. Each line stands once, also in a file in which an id is there twice, or fibers are their own ancestors.
 */
export const rowsOf = ({ events, fibers, interruptions, slices, spans }: Timeline): ReadonlyArray<Row> => {
  const known = new Set(fibers.map(({ id }) => id))
  const children = grouped(fibers, ({ parent }) => parent !== null && known.has(parent) ? parent : null)
  const slicesOf = grouped(slices, ({ fiber }) => fiber)
  const momentsOf = grouped(events.filter(isMarked), ({ fiber }) => fiber)
  const spansOf = grouped(spans, ({ fiber }) => fiber)
  const interruptionsOf = grouped(interruptions, ({ fiber }) => fiber)
  const rows: Array<Row> = []
  const shown = new Set<FiberLine>()
  // a loop, as a chain of fibers may be longer than the stack is deep; the roots are taken first
  const left = [...children.get(null) ?? [], ...fibers].map((fiber) => ({ fiber, depth: 0 })).toReversed()
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { depth, fiber } = next
    if (shown.has(fiber)) continue
    shown.add(fiber)
    rows.push({
      fiber,
      depth,
      slices: slicesOf.get(fiber.id) ?? [],
      moments: momentsOf.get(fiber.id) ?? [],
      spans: spansOf.get(fiber.id) ?? [],
      interruptions: interruptionsOf.get(fiber.id) ?? []
    })
    for (const child of (children.get(fiber.id) ?? []).toReversed()) left.push({ fiber: child, depth: depth + 1 })
  }
  return rows
}

const steps = [1, 2, 5]

/** Round times for an axis, at most `most` of them after the first, which is 0; in nanoseconds. */
export const ticks = (duration: number, most: number): ReadonlyArray<number> => {
  const least = Math.max(1, duration / Math.max(1, most))
  const power = 10 ** Math.floor(Math.log10(least))
  const step = steps.map((factor) => factor * power).find((candidate) => candidate >= least) ?? 10 * power
  return Array.from({ length: Math.floor(duration / step) + 1 }, (_, index) => index * step)
}

/** Units of time, the largest first, with their nanoseconds. */
export const units = [["s", 1e9], ["ms", 1e6], ["µs", 1e3], ["ns", 1]] as const

/** A count with its noun, in either language. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`

/** A time with three digits and at most three decimals, in the unit that suits the largest one beside it. */
export const timeText = (nanos: number, largest: number = nanos): string => {
  const [unit, size] = units.find(([, size]) => largest >= size) ?? ["ns", 1]
  const value = nanos / size
  const rounded = value < 100 ? Number(value.toPrecision(3)) : Math.round(value)
  return `${Number(rounded.toFixed(3))} ${unit}`
}
