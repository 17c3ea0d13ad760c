import { Struct } from "effect"
import type { FiberLine, Slice, Timeline } from "./Timeline.ts"

/** A timer of Node may fire one millisecond early by the clock that it was set by. */
const early = 1_000_000

const nanosPerMilli = 1_000_000

const byFiber = ({ slices }: Timeline): ReadonlyMap<number, ReadonlyArray<Slice>> => {
  const found = new Map<number, Array<Slice>>()
  for (const slice of slices) {
    const own = found.get(slice.fiber)
    if (own === undefined) found.set(slice.fiber, [slice])
    else own.push(slice)
  }
  return found
}

const linesOf = ({ fibers }: Timeline): ReadonlyMap<number, FiberLine> =>
  new Map(fibers.map((fiber) => [fiber.id, fiber]))

/** Slices of a fiber leave no gap and do not overlap: running, ready and waiting together are its lifetime. */
const lifetimes = (timeline: Timeline): ReadonlyArray<string> => {
  const slices = byFiber(timeline)
  return timeline.fibers.flatMap(({ from, id, to }) => {
    let at = from
    for (const slice of slices.get(id) ?? []) {
      if (slice.from !== at) return [`fiber ${id}: a gap or an overlap at ${slice.from} ns`]
      at = slice.to
    }
    return at === to ? [] : [`fiber ${id}: its slices end at ${at} ns, and it at ${to} ns`]
  })
}

/** One thread runs one fiber at a time. */
const oneAtATime = ({ slices }: Timeline): ReadonlyArray<string> => {
  const running = slices.filter(({ state }) => state === "running").toSorted((one, other) => one.from - other.from)
  return running.flatMap((slice, index) => {
    const before = running[index - 1]
    return before !== undefined && before.to > slice.from
      ? [`fibers ${before.fiber} and ${slice.fiber} run at once at ${slice.from} ns`]
      : []
  })
}

/**
 * A wait for a fiber ends no earlier than that fiber's last slice, whose end wakes it, unless it is interrupted. A
 * coordinator waits for all its items, which are its siblings, unless one fails: Effect 3.22 counts that one twice. A
 * race waits for one of its children.
 */
const joins = (timeline: Timeline): ReadonlyArray<string> => {
  const lines = linesOf(timeline)
  const last = new Map(timeline.slices.map(({ fiber, from }) => [fiber, from]))
  const interrupted = new Set(timeline.interruptions.map(({ fiber }) => fiber))
  return timeline.slices.flatMap(({ fiber, reason, to, woken_by }) => {
    if (reason?.kind !== "join" || interrupted.has(fiber) || woken_by === undefined) return []
    const { outcome, parent } = lines.get(fiber) ?? {}
    const isCoordinator = outcome === "success" && parent !== null &&
      (reason.fibers ?? []).every((id) => lines.get(id)?.parent === parent)
    const awaited = isCoordinator ? reason.fibers ?? [reason.fiber] : [reason.fiber]
    return awaited.flatMap((id) => (last.get(id) ?? 0) > to ? [`fiber ${fiber} went on before fiber ${id} ended`] : [])
  })
}

/** An interruption is asked for before it is honoured, and honoured before its fiber has cleaned up. */
const interruptions = (timeline: Timeline): ReadonlyArray<string> => {
  const lines = linesOf(timeline)
  return timeline.interruptions.flatMap(({ asked, cleaned_up, fiber, honoured }) => {
    const line = lines.get(fiber)
    if (line === undefined) return [`fiber ${fiber}: interrupted, and not there`]
    const isInOrder = line.from <= asked && asked <= line.to && (honoured === null || honoured >= asked) &&
      (cleaned_up === null || (cleaned_up >= (honoured ?? asked) && cleaned_up <= line.to))
    if (!isInOrder) return [`fiber ${fiber}: an interruption out of order`]
    return cleaned_up === null && line.outcome !== "running" ? [`fiber ${fiber}: interrupted, and not cleaned up`] : []
  })
}

/** A span begins in its fiber's life, and ends after it has begun. */
const spans = (timeline: Timeline): ReadonlyArray<string> => {
  const lines = linesOf(timeline)
  return timeline.spans.flatMap(({ fiber, from, name, to }) => {
    if (to < from) return [`span ${name}: it ends before it begins`]
    const line = fiber === null ? undefined : lines.get(fiber)
    return line !== undefined && (from < line.from || from > line.to)
      ? [`span ${name}: it begins outside of fiber ${fiber}`]
      : []
  })
}

/** Attempts of a policy are counted from 1, and a pause of at least its length stands before each further one. */
const attempts = ({ events }: Timeline): ReadonlyArray<string> => {
  const numbers = new Map<string, number>()
  const pauses = new Map<number, number>()
  return events.flatMap(({ at, fiber, kind, policy, value = 0 }) => {
    if (kind === "pause") pauses.set(fiber, at + value * nanosPerMilli)
    if (kind !== "attempt") return []
    const key = `${fiber} ${policy}`
    const before = numbers.get(key)
    const over = pauses.get(fiber)
    numbers.set(key, value)
    pauses.delete(fiber)
    if (value === 1) return []
    if (before !== value - 1) return [`fiber ${fiber}: attempt ${value} follows attempt ${before}`]
    return over === undefined || at < over - early
      ? [`fiber ${fiber}: attempt ${value} came before its pause was over`]
      : []
  })
}

/** The fibers that share a commit wait for it until it is on the disk. */
const commits = ({ commits, slices }: Timeline): ReadonlyArray<string> =>
  commits.flatMap(({ fibers, from, group, to }) => {
    if (to < from) return [`commit ${group}: it ends before it begins`]
    const waits = slices.filter(({ reason }) => reason?.kind === "commit" && reason.group === group)
    return fibers.flatMap((fiber) =>
      waits.some((wait) => wait.fiber === fiber && wait.from <= to && wait.to >= to)
        ? []
        : [`commit ${group}: fiber ${fiber} did not wait for it`]
    )
  })

/**
 * The fiber of a stall runs all the time, or to its end, and nobody loses more than that time. A stall of which the
 * events are lost cannot be checked, nor the losses of one that began before the recording, of which `from` is 0.
 */
const stalls = (timeline: Timeline): ReadonlyArray<string> => {
  const lines = linesOf(timeline)
  return timeline.loop_stalls.flatMap(({ fiber, from, to, victims }) => {
    const ran = timeline.slices.some((slice) =>
      slice.fiber === fiber && slice.state === "running" && slice.from <= from &&
      (slice.to >= to || slice.to === lines.get(fiber)?.to)
    )
    if (fiber !== null && !ran && !timeline.lost.events) return [`stall at ${from} ns: fiber ${fiber} did not run`]
    return victims.flatMap((victim) =>
      (from > 0 && victim.stolen_ns > to - from) || (victim.timeline === null && victim.fiber === fiber)
        ? [`stall at ${from} ns: fiber ${victim.fiber} cannot have lost ${victim.stolen_ns} ns`]
        : []
    )
  })
}

const laws = { lifetimes, oneAtATime, joins, interruptions, spans, attempts, commits, stalls }

/** The laws of a recording, by name. */
export type Law = keyof typeof laws

/** Lists contradictions in a recording, with the law that each breaks; none in a recording that lost nothing. */
export const brokenLaws = (timeline: Timeline): ReadonlyArray<{ readonly law: Law; readonly fault: string }> =>
  Struct.keys(laws).flatMap((law) => laws[law](timeline).map((fault) => ({ law, fault })))

/** Lists contradictions in a recording; empty for every recording that lost nothing. */
export const violations = (timeline: Timeline): ReadonlyArray<string> => brokenLaws(timeline).map(({ fault }) => fault)
