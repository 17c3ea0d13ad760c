import type { Row } from "./pictureRows.ts"
import type { SpanLine } from "./Timeline.ts"

export type Event = Readonly<Record<string, unknown>>

/**
 * Writes nanoseconds as microseconds. Perfetto multiplies them by 1,000 and, in some versions, cuts what follows the
 * point; a quarter of a nanosecond more keeps the number whole where the product of doubles falls short. Slices that
 * overlap by one nanosecond would be dropped there.
 */
export const micros = (nanos: number): number => {
  const exact = nanos / 1000
  return Math.trunc(exact * 1000) === nanos ? exact : (nanos + 0.25) / 1000
}

/** The timestamp of the beginning. Chromium's DevTools take an event at 0 for one without a time. */
const origin = 1_000

/** Writes a moment of a timeline, in nanoseconds, as the timestamp of an event. */
export const timestamp = (nanos: number): number => micros(nanos + origin)

export const pid = 1

/** The thread of the event loop, above the fibers. A thread 0 would be the idle task of Linux to Perfetto. */
export const loop = 1

/** The number of a fiber's thread; fibers count from 0. */
export const threadOf = (fiber: number): number => fiber + 2

/** Writes a mark on a thread. */
export const instant = (tid: number, cat: string, name: string, at: number, args: Event = {}): Event => ({
  ph: "i",
  s: "t",
  pid,
  tid,
  cat,
  name,
  ts: timestamp(at),
  args
})

/** A span with the spans that it encloses in its fiber, and the number of its track. */
interface Opened {
  readonly span: SpanLine
  readonly id: string
}

/**
 * Writes the spans of a fiber as nested asynchronous events. Events of one id have to nest, so a span that outlasts the
 * one around it gets an id of its own.
 */
export function* spanEvents(fiber: number | null, spans: ReadonlyArray<SpanLine>): Generator<Event> {
  const own = `${fiber ?? "none"}`
  const tid = fiber === null ? loop : threadOf(fiber)
  const event = ({ id, span }: Opened, ph: "b" | "e"): Event => ({
    ph,
    pid,
    tid,
    id2: { local: id },
    cat: "span",
    name: span.name,
    ts: timestamp(ph === "b" ? span.from : span.to),
    args: ph === "e" ? { outcome: span.outcome } : {}
  })
  const open: Array<Opened> = []
  let others = 0
  for (const span of spans.toSorted((one, other) => one.from - other.from || other.to - one.to)) {
    for (let last = open.at(-1); last !== undefined && last.span.to <= span.from; last = open.at(-1)) {
      if (last.span.to === span.from && span.to === span.from) break
      yield event(last, "e")
      open.pop()
    }
    const around = open.at(-1)
    const opened = { span, id: around === undefined || span.to <= around.span.to ? own : `${own}.${++others}` }
    yield event(opened, "b")
    if (opened.id === own) open.push(opened)
    else yield event(opened, "e")
  }
  for (const last of open.toReversed()) yield event(last, "e")
}

/** Writes an interruption: a mark where it was asked for, and as an asynchronous event how long it took. */
export function* interruptionEvents({ fiber, interruptions }: Row): Generator<Event> {
  for (const [index, { asked, by, cleaned_up, honoured, why }] of interruptions.entries()) {
    const tid = threadOf(fiber.id)
    const about = { pid, tid, id2: { local: `interruption ${fiber.id}.${index}` }, cat: "interruption", name: why }
    yield instant(tid, "interruption", `interrupted: ${why}`, asked, by === null ? {} : { by })
    yield { ph: "b", ...about, ts: timestamp(asked), args: { fiber: fiber.id } }
    if (honoured !== null) yield { ph: "n", ...about, ts: timestamp(honoured), args: { moment: "honoured" } }
    yield { ph: "e", ...about, ts: timestamp(cleaned_up ?? fiber.to), args: {} }
  }
}
