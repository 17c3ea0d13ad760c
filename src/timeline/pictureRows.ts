import { reasons } from "../domain/WaitReason.ts"
import type { FiberLine, PolicyEvent, Reason, Slice, Timeline } from "./Timeline.ts"

/** The state of a fiber as a picture shows it: it runs, could run, or waits for a reason. */
export type Shown = "running" | "ready" | Reason["kind"]

/** The words for each state in a legend. */
export const meanings: Readonly<Record<Shown, string>> = {
  running: "runs",
  ready: "could run",
  sleep: "sleeps",
  pause: "pauses before an attempt",
  join: "waits for a fiber",
  permit: "waits for a permit",
  turn: "waits for its turn",
  commit: "waits for a commit",
  worker: "waits for a thread",
  upstream: "waits for the upstream",
  queue: "waits for a queue",
  signal: "waits for a signal",
  socket: "waits for a socket",
  file: "waits for a file",
  mail: "waits for the mail server",
  unknown: "waits, for a reason that was not seen"
}

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
}

/** The fibers of a timeline as a tree, parents before children, in order of their starts. */
export const rowsOf = ({ events, fibers, slices }: Timeline): ReadonlyArray<Row> => {
  const children = new Map<number | null, Array<FiberLine>>()
  for (const fiber of fibers) {
    const siblings = children.get(fiber.parent)
    if (siblings === undefined) children.set(fiber.parent, [fiber])
    else siblings.push(fiber)
  }
  const own = new Map<number, Array<Slice>>()
  for (const slice of slices) {
    const found = own.get(slice.fiber)
    if (found === undefined) own.set(slice.fiber, [slice])
    else found.push(slice)
  }
  const momentsOf = (fiber: number) =>
    events.filter(({ fiber: id, kind, value }) =>
      id === fiber && (kind === "timeout" || (kind === "attempt" && value !== 1))
    )
  const rowOf = (fiber: FiberLine, depth: number): Row => ({
    fiber,
    depth,
    slices: own.get(fiber.id) ?? [],
    moments: momentsOf(fiber.id)
  })
  const below = (parent: number | null, depth: number): ReadonlyArray<Row> =>
    (children.get(parent) ?? []).flatMap((fiber) => [rowOf(fiber, depth)].concat(below(fiber.id, depth + 1)))
  return below(null, 0)
}

const steps = [1, 2, 5]

/** Round times for an axis, at most `most` of them after the first, which is 0; in nanoseconds. */
export const ticks = (duration: number, most: number): ReadonlyArray<number> => {
  const least = Math.max(1, duration / Math.max(1, most))
  const power = 10 ** Math.floor(Math.log10(least))
  const step = steps.map((factor) => factor * power).find((candidate) => candidate >= least) ?? 10 * power
  return Array.from({ length: Math.floor(duration / step) + 1 }, (_, index) => index * step)
}

const units = [["s", 1e9], ["ms", 1e6], ["us", 1e3], ["ns", 1]] as const

/** A time with at most three decimals, in the unit that suits the largest one beside it. */
export const timeText = (nanos: number, largest: number = nanos): string => {
  const [unit, size] = units.find(([, size]) => largest >= size) ?? ["ns", 1]
  return `${Number((nanos / size).toFixed(3))} ${unit}`
}
