import { DateTime, Option, Schema } from "effect"
import { NamedPolicy } from "../policy/Policy.ts"
import { refusals } from "../policy/PolicyRefused.ts"
import { type Event, kinds, nobody } from "./EventLog.ts"
import { outcomes } from "./FiberHooks.ts"
import { FiberStory, type Stories } from "./FiberStory.ts"
import { interruptionsOf } from "./interruptions.ts"
import type { Recording } from "./Recording.ts"
import { type Items, slicesOf } from "./resolveReasons.ts"
import { nameOf } from "./spanNames.ts"
import {
  type Commit,
  type FiberLine,
  type Outcome,
  type PolicyEvent,
  type SpanLine,
  type Timeline,
  version
} from "./Timeline.ts"

/** Reads the events of fibers, and finds which fibers a coordinator of concurrent items has started for its caller. */
const storiesOf = (
  { log }: Recording,
  events: ReadonlyArray<Event>,
  now: number
): { readonly stories: Stories; readonly items: Items } => {
  const stories = new Map<number, FiberStory>()
  const items = new Map<number, Array<FiberStory>>()
  const coordinators = new Map<number, number>()
  const markPart = (id: number) => {
    const part = stories.get(id)
    if (part !== undefined) part.isPart = true
  }
  for (const event of events) {
    const { a, b, fiber, kind, time } = event
    if (kind !== kinds.start) {
      if (kind === kinds.suspend) { for (const side of log.detailsOf(b)?.fibers ?? []) markPart(side) }
      stories.get(fiber)?.take(event, kind === kinds.ready ? stories.get(a) : undefined)
      continue
    }
    const story = new FiberStory(fiber, stories.get(a), time, log)
    stories.set(fiber, story)
    if (b === nobody || b === a || story.parent === null) continue
    // an item that ends starts the next one
    const coordinator = coordinators.get(b) ?? b
    markPart(coordinator)
    markPart(fiber)
    coordinators.set(fiber, coordinator)
    const own = items.get(coordinator)
    if (own === undefined) items.set(coordinator, [story])
    else own.push(story)
  }
  for (const story of stories.values()) story.close(now)
  return { stories, items }
}

/** Finds the commits that changes of this recording waited for. In virtual time a commit takes none. */
const commitsOf = (recording: Recording, stories: Stories): ReadonlyArray<Commit> => {
  const commits = new Map<number, Commit>()
  for (const { slices } of stories.values()) {
    for (const { details, fiber, to } of slices) {
      if (details?.commit === undefined) continue
      const { began, changes, ended, number } = details.commit
      if (began === undefined || ended === undefined) continue
      const fibers = (commits.get(number)?.fibers ?? []).concat(fiber)
      commits.set(number, {
        group: number,
        from: recording.at(began) ?? to,
        to: recording.at(ended) ?? to,
        fibers,
        others: Math.max(0, changes - fibers.length)
      })
    }
  }
  return [...commits.values()]
}

const policyEvents = (events: ReadonlyArray<Event>): ReadonlyArray<PolicyEvent> =>
  events.flatMap(({ a, b, fiber, kind, time }): ReadonlyArray<PolicyEvent> => {
    if (kind === kinds.attempt) {
      return [{ fiber, at: time, kind: "attempt", value: a, ...(b !== nobody && { policy: nameOf(b) }) }]
    }
    if (kind === kinds.pause) return [{ fiber, at: time, kind: "pause", value: a }]
    if (kind === kinds.timeout) return [{ fiber, at: time, kind: "timeout", value: b }]
    const policy = nameOf(b)
    switch (kind) {
      case kinds.refused: {
        const reason = refusals[a]
        return [{ fiber, at: time, kind: "refused", policy, ...(reason !== undefined && { reason }) }]
      }
      case kinds.hedged:
        return [{ fiber, at: time, kind: "hedged", value: a, policy }]
      case kinds.budgetSpent:
        return [{ fiber, at: time, kind: "budget spent", policy }]
      case kinds.breakerOpened:
        return [{ fiber, at: time, kind: "breaker opened", value: a, policy }]
      default:
        return []
    }
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
  stories: Stories,
  now: number
) => {
  const spans = new Map<number, SpanStory>()
  let lost = 0
  for (const { a, b, fiber, kind, time } of events) {
    if (kind === kinds.span) {
      const known = stories.has(fiber) ? fiber : null
      spans.set(b, { name: nameOf(a), fiber: known, from: time, to: now, outcome: "running", ...notes?.get(b) })
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
  const { items, stories } = storiesOf(recording, events, now)
  const { lost: lostSpans, spans } = spansOf(events, recording.notes, stories, now)
  const [first] = stories.values()
  const names = new Map<number | null, string>()
  for (const { fiber, name } of spans) if (!names.has(fiber)) names.set(fiber, name)
  // a span that began outside of all fibers, as that of a request does, names the first one
  const nameOfFiber = (id: number) => names.get(id) ?? (id === first?.id ? names.get(null) : undefined) ?? `#${id}`
  const fibers = [...stories.values()].map(({ ended, from, id, parent }): FiberLine => ({
    id,
    parent,
    name: nameOfFiber(id),
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
    slices: slicesOf(stories, items),
    spans,
    events: policyEvents(events),
    interruptions: interruptionsOf(events, stories),
    commits: commitsOf(recording, stories),
    loop_stalls: recording.stalls.flatMap((stall) => stall.seenBy(recording, nameOfFiber) ?? []),
    policies: [...recording.policies?.values() ?? []].map((policy) => encodePolicy(policy)),
    lost: { fibers: lostFibers, spans: lostSpans, events: hasLost },
    recorded_in_ns: recording.recordedInNs
  }
}
