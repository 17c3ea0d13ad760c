import type { Slice, Timeline } from "./Timeline.ts"

const byFiber = ({ slices }: Timeline): ReadonlyMap<number, ReadonlyArray<Slice>> => {
  const found = new Map<number, Array<Slice>>()
  for (const slice of slices) {
    const own = found.get(slice.fiber)
    if (own === undefined) found.set(slice.fiber, [slice])
    else own.push(slice)
  }
  return found
}

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

/** A wait for a fiber ends no earlier than that fiber's last slice, whose end wakes it, unless it is interrupted. */
const joins = ({ interruptions, slices }: Timeline): ReadonlyArray<string> => {
  const ends = new Map(slices.map(({ fiber, from }) => [fiber, from]))
  const interrupted = new Set(interruptions.map(({ fiber }) => fiber))
  return slices.flatMap(({ fiber, reason, to }) => {
    if (reason?.kind !== "join" || interrupted.has(fiber)) return []
    const end = ends.get(reason.fiber)
    return end === undefined || end <= to ? [] : [`fiber ${fiber} went on before fiber ${reason.fiber} ended`]
  })
}

/** An interruption is asked for before it is honoured, and honoured before its fiber has cleaned up. */
const interruptions = ({ interruptions }: Timeline): ReadonlyArray<string> =>
  interruptions.flatMap(({ asked, cleaned_up, fiber, honoured }) =>
    (honoured !== null && honoured < asked) || (cleaned_up !== null && cleaned_up < (honoured ?? asked))
      ? [`fiber ${fiber}: an interruption out of order`]
      : []
  )

/** Lists contradictions in a recording; empty for every recording that lost nothing. */
export const violations = (timeline: Timeline): ReadonlyArray<string> => [
  ...lifetimes(timeline),
  ...oneAtATime(timeline),
  ...joins(timeline),
  ...interruptions(timeline)
]
