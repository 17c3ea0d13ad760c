import { DateTime, Option, Schema } from "effect"
import { reasonOf } from "../domain/WaitReason.ts"
import { NamedPolicy } from "../policy/Policy.ts"
import { type Event, kinds, nobody } from "./EventLog.ts"
import { outcomes } from "./FiberHooks.ts"
import type { Recording } from "./Recording.ts"
import { nameOf } from "./spanNames.ts"
import {
  type FiberLine,
  type Interruption,
  type Outcome,
  type PolicyEvent,
  type Reason,
  type Slice,
  type SpanLine,
  type Timeline,
  version
} from "./Timeline.ts"

type State = Slice["state"]

/** A fiber while its events are read in order. */
class FiberStory {
  readonly id: number
  readonly parent: number | null
  readonly from: number
  readonly slices: Array<Slice> = []
  private state: State
  private since: number
  private reason: Reason | undefined
  /** The sleep that was announced, and becomes the reason of the wait that follows. */
  private sleep: number | undefined
  /** Marks the next sleep as the pause of a policy. */
  private pauses = false
  ended: { readonly at: number; readonly outcome: Outcome; readonly by: number } | undefined

  constructor(id: number, parent: number | null, from: number) {
    this.id = id
    this.parent = parent
    this.from = from
    this.state = "ready"
    this.since = from
  }

  take({ a, b, kind, time }: Event): void {
    if (this.ended !== undefined) return
    switch (kind) {
      case kinds.ready:
        if (this.state === "waiting") this.enter("ready", time, undefined, a === nobody ? null : a)
        return
      case kinds.run:
        return this.enter("running", time)
      case kinds.suspend:
        if (this.state === "running") this.enter("waiting", time, this.reasonOf(a))
        return
      case kinds.pause:
        this.pauses = true
        return
      case kinds.attempt:
        this.pauses = false
        return
      case kinds.sleep:
        this.sleep = a
        return
      case kinds.end:
        this.enter("running", time)
        this.ended = { at: time, outcome: outcomes[a] ?? "success", by: b }
    }
  }

  /** Ends the last slice of a fiber that has not ended itself. */
  close(now: number): void {
    if (this.ended === undefined) this.enter(this.state, now)
  }

  private reasonOf(blocker: number): Reason {
    const sleep = this.sleep
    this.sleep = undefined
    if (sleep !== undefined) return { kind: this.pauses ? "pause" : "sleep", milliseconds: sleep }
    const known = reasonOf(blocker)
    if (known !== undefined) return { kind: known }
    return blocker === nobody ? { kind: "unknown" } : { kind: "join", fiber: blocker }
  }

  /** Ends the present slice, with the fiber that ended it if it was a wait, and begins the next one. */
  private enter(state: State, time: number, reason?: Reason, wokenBy?: number | null): void {
    if (time > this.since) {
      this.slices.push({
        fiber: this.id,
        from: this.since,
        to: time,
        state: this.state,
        ...(this.reason !== undefined && { reason: this.reason }),
        ...(wokenBy !== undefined && { woken_by: wokenBy })
      })
    }
    this.state = state
    this.since = time
    this.reason = reason
  }
}

const storiesOf = (events: ReadonlyArray<Event>, now: number): ReadonlyMap<number, FiberStory> => {
  const stories = new Map<number, FiberStory>()
  for (const event of events) {
    if (event.kind === kinds.start) {
      const parent = stories.has(event.a) ? event.a : null
      stories.set(event.fiber, new FiberStory(event.fiber, parent, event.time))
    } else stories.get(event.fiber)?.take(event)
  }
  for (const story of stories.values()) story.close(now)
  return stories
}

const interruptionsOf = (
  events: ReadonlyArray<Event>,
  stories: ReadonlyMap<number, FiberStory>
): ReadonlyArray<Interruption> => {
  const timeouts = new Set(events.filter(({ kind }) => kind === kinds.timeout).map(({ a }) => a))
  const failed = (parent: number | null, at: number, but: number) =>
    parent !== null &&
    [...stories.values()].some(({ ended, id, parent: other }) =>
      id !== but && other === parent && ended !== undefined && ended.at <= at &&
      (ended.outcome === "failure" || ended.outcome === "defect")
    )
  const open = new Map<number, { readonly event: Event; honoured: number | null }>()
  for (const event of events) {
    if (event.kind === kinds.ask && !open.has(event.fiber)) open.set(event.fiber, { event, honoured: null })
    const asked = open.get(event.fiber)
    if (event.kind === kinds.honour && asked !== undefined) asked.honoured ??= event.time
  }
  return [...open].flatMap(([fiber, { event, honoured }]): ReadonlyArray<Interruption> => {
    const story = stories.get(fiber)
    if (story === undefined) return []
    const isTimeout = timeouts.has(event.a)
    const why = isTimeout ? "timeout" : failed(story.parent, event.time, fiber) ? "sibling failed" : "asked"
    const by = stories.has(event.b) ? event.b : stories.has(event.a) ? event.a : null
    // a timeout of a policy ends a part of its fiber; the fiber goes on
    const cleaned = isTimeout ? honoured : story.ended?.at ?? null
    return [{ fiber, by: isTimeout ? null : by, why, asked: event.time, honoured, cleaned_up: cleaned }]
  })
}

const policyEvents = (events: ReadonlyArray<Event>): ReadonlyArray<PolicyEvent> =>
  events.flatMap(({ a, b, fiber, kind, time }): ReadonlyArray<PolicyEvent> => {
    if (kind === kinds.attempt) return [{ fiber, at: time, kind: "attempt", value: a }]
    if (kind === kinds.pause) return [{ fiber, at: time, kind: "pause", value: a }]
    return kind === kinds.timeout ? [{ fiber, at: time, kind: "timeout", value: b }] : []
  })

/** A span while its events are read. */
interface SpanStory extends Omit<SpanLine, "to" | "outcome"> {
  to: number
  outcome: Outcome
}

/** Makes the spans of a recording, and counts those whose start is lost. */
const spansOf = (
  events: ReadonlyArray<Event>,
  notes: Recording["notes"],
  stories: ReadonlyMap<number, FiberStory>,
  now: number
) => {
  const spans = new Map<number, SpanStory>()
  let lost = 0
  for (const { a, b, fiber, kind, time } of events) {
    if (kind === kinds.span) {
      const known = stories.has(fiber) ? fiber : null
      spans.set(b, { name: nameOf(a), fiber: known, from: time, to: now, outcome: "running", ...notes.get(b) })
    } else if (kind === kinds.spanEnd) {
      const begun = spans.get(a)
      if (begun === undefined) lost++
      else {
        begun.to = time
        begun.outcome = outcomes[b] ?? "success"
      }
    }
  }
  return { spans: [...spans.values()], lost }
}

const encodePolicy = Schema.encodeSync(NamedPolicy)

/** Makes a timeline of a recording. Fibers whose start is lost are left out, and counted. */
export const assemble = (recording: Recording, events: ReadonlyArray<Event>, hasLost: boolean): Timeline => {
  const { ended } = recording
  const now = ended?.at ?? Math.max(0, ...events.slice(-1).map(({ time }) => time), recording.now())
  const stories = storiesOf(events, now)
  const { lost: lostSpans, spans } = spansOf(events, recording.notes, stories, now)
  const names = new Map<number | null, string>()
  for (const { fiber, name } of spans) if (!names.has(fiber)) names.set(fiber, name)
  const fibers = [...stories.values()].map(({ ended, from, id, parent }): FiberLine => ({
    id,
    parent,
    name: names.get(id) ?? `#${id}`,
    from,
    to: ended?.at ?? now,
    outcome: ended?.outcome ?? "running"
  }))
  const lostFibers =
    new Set(events.filter(({ fiber }) => fiber !== nobody && !stories.has(fiber)).map(({ fiber }) => fiber)).size
  const root = Option.fromNullable(fibers[0])
  return {
    version,
    id: recording.id,
    name: recording.name,
    clock: recording.clock,
    started_at: DateTime.formatIso(DateTime.unsafeMake(recording.startedAt)),
    duration_ns: ended?.at ?? Option.match(root, { onNone: () => now, onSome: ({ to }) => to }),
    outcome: ended?.outcome ??
      Option.match(root, { onNone: () => "running" as const, onSome: ({ outcome }) => outcome }),
    fibers,
    slices: [...stories.values()].flatMap(({ slices }) => slices),
    spans,
    events: policyEvents(events),
    interruptions: interruptionsOf(events, stories),
    commits: [],
    loop_stalls: [],
    policies: [...recording.policies.values()].map((policy) => encodePolicy(policy)),
    lost: { fibers: lostFibers, spans: lostSpans, events: hasLost },
    recorded_in_ns: recording.clock === "virtual" ? 0 : Math.round(events.length * nanosPerEvent)
  }
}

/** The cost of one event, hooks included: `npm run bench:recorder` measured 120 to 570 ns. */
const nanosPerEvent = 500
