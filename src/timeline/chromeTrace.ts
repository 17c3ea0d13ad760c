import {
  type Event,
  instant,
  interruptionEvents,
  loop,
  micros,
  pid,
  spanEvents,
  threadOf,
  timestamp
} from "./chromeEvents.ts"
import { rowsOf, type Shown, shownState } from "./pictureRows.ts"
import { meaningOf } from "./policyMoments.ts"
import type { Slice, Timeline } from "./Timeline.ts"

/** Names of the trace viewer of Chromium for colours; other viewers choose their own by the name of the event. */
const colours: Readonly<Record<Shown, string>> = {
  running: "thread_state_running",
  ready: "thread_state_runnable",
  sleep: "thread_state_sleeping",
  pause: "rail_idle",
  join: "grey",
  permit: "thread_state_uninterruptible",
  turn: "rail_animation",
  commit: "rail_response",
  worker: "thread_state_iowait",
  upstream: "rail_load",
  queue: "olive",
  signal: "light_memory_dump",
  socket: "good",
  file: "yellow",
  mail: "bad",
  unknown: "thread_state_unknown"
}

const named = (kind: string, tid: number, args: Event): Event => ({ ph: "M", pid, tid, name: kind, args })

const sliceEvent = (slice: Slice): Event => {
  const state = shownState(slice)
  const { kind: _kind, ...reason } = slice.reason ?? { kind: undefined }
  return {
    ph: "X",
    pid,
    tid: threadOf(slice.fiber),
    cat: slice.state,
    name: state,
    cname: colours[state],
    ts: timestamp(slice.from),
    dur: micros(slice.to - slice.from),
    args: reason
  }
}

/** Draws an arrow from the fiber that ended a wait, out of the slice in which it did, to the fiber that went on. */
const wakeUp = (id: number, waker: Slice, woken: Slice): ReadonlyArray<Event> => {
  const flow = { pid, cat: "wake", name: "wake", id }
  // the last moment of a slice, as its end belongs to the next one
  const from = Math.max(waker.from, Math.min(woken.to, waker.to - 1))
  return [
    { ph: "s", ...flow, tid: threadOf(waker.fiber), ts: timestamp(from) },
    { ph: "f", bp: "e", ...flow, tid: threadOf(woken.fiber), ts: timestamp(woken.to) }
  ]
}

/** Finds the running slice of a fiber at a moment, by bisection. */
const runningAt = (slices: ReadonlyArray<Slice>, at: number): Slice | undefined => {
  let [low, high] = [0, slices.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((slices[middle]?.from ?? 0) <= at) low = middle + 1
    else high = middle
  }
  // the waker may have ended its slice at this very moment
  return [slices[low - 1], slices[low - 2]].find((slice) => slice?.state === "running" && slice.to >= at)
}

function* loopEvents({ loop_stalls, spans }: Timeline): Generator<Event> {
  const nameless = spans.filter(({ fiber }) => fiber === null)
  if (loop_stalls.length > 0 || nameless.length > 0) {
    yield named("thread_name", loop, { name: "event loop" })
    yield named("thread_sort_index", loop, { sort_index: -1 })
  }
  for (const { from, name, to, victims } of loop_stalls) {
    yield {
      ph: "X",
      pid,
      tid: loop,
      cat: "stall",
      name: `stalled by ${name}`,
      cname: "terrible",
      ts: timestamp(from),
      dur: micros(to - from),
      args: Object.fromEntries(victims.map(({ name, stolen_ns }) => [name, `${stolen_ns} ns stolen`]))
    }
  }
  yield* spanEvents(null, nameless)
}

/** Yields all events; those of one moment in the order in which a viewer has to read them. */
function* eventsOf(timeline: Timeline): Generator<Event> {
  const rows = rowsOf(timeline)
  const slicesOf = new Map(rows.map(({ fiber, slices }) => [fiber.id, slices]))
  yield named("process_name", loop, { name: timeline.name })
  yield* loopEvents(timeline)
  for (const [index, { fiber }] of rows.entries()) {
    const tid = threadOf(fiber.id)
    yield named("thread_name", tid, { name: fiber.name })
    yield named("thread_sort_index", tid, { sort_index: index })
  }
  for (const { slices } of rows) for (const slice of slices) yield sliceEvent(slice)
  let wakeUps = 0
  for (const { slices } of rows) {
    for (const slice of slices) {
      if (typeof slice.woken_by !== "number") continue
      const waker = runningAt(slicesOf.get(slice.woken_by) ?? [], slice.to)
      if (waker !== undefined) yield* wakeUp(++wakeUps, waker, slice)
    }
  }
  for (const row of rows) {
    const { fiber, moments, spans } = row
    yield* spanEvents(fiber.id, spans)
    for (const moment of moments) {
      yield instant(threadOf(fiber.id), "policy", meaningOf(moment).en, moment.at)
    }
    yield* interruptionEvents(row)
  }
}

/** Events of one part of the text. */
const eventsOfPart = 1_000

/**
 * Writes a timeline as Chrome Trace Event JSON, which Perfetto, speedscope and Firefox Profiler open. A fiber is a
 * thread in the order of the pictures, its slices are complete events, wake-ups are flows, spans and interruptions
 * asynchronous events. Times are microseconds. The text comes in parts, between which other work may run.
 */
export function* chromeParts(timeline: Timeline): Generator<string> {
  const { id, lost, name, outcome, started_at, version } = timeline
  const about = { name, id, outcome, version, started_at, ...(lost.events && { lost: "the oldest events" }) }
  yield `{"displayTimeUnit":"ms","otherData":${JSON.stringify(about)},"traceEvents":[`
  let part: Array<string> = []
  let separator = ""
  for (const event of eventsOf(timeline)) {
    part.push(JSON.stringify(event))
    if (part.length < eventsOfPart) continue
    yield separator + part.join(",\n")
    separator = ",\n"
    part = []
  }
  yield `${part.length > 0 ? separator : ""}${part.join(",\n")}]}\n`
}

/** Writes a timeline as one text of Chrome Trace Event JSON. */
export const toChrome = (timeline: Timeline): string => [...chromeParts(timeline)].join("")
