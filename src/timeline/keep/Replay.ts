import { Data, Either } from "effect"
import { type Text, text } from "../../domain/Text.ts"
import { pauseAfter } from "../../policy/Backoff.ts"
import { shownState } from "../pictureRows.ts"
import { meaningOf } from "../policyMoments.ts"
import type { SpanLine, Timeline } from "../Timeline.ts"
import { ModelTimes } from "./ModelTimes.ts"
import { operations, type Provided, upstreamCall } from "./operations.ts"
import { Places } from "./Places.ts"
import { policiesOf } from "./policiesOf.ts"

/** A recording that no test can replay, with the reason in both languages. */
export class NotReplayable extends Data.TaggedError("NotReplayable")<{ readonly reason: Text }> {
  override get message(): string {
    return this.reason.en
  }
}

/** A call of the upstream as it went: whole milliseconds until the answer, none where it never came. */
export interface UpstreamCall {
  readonly path: string
  readonly after?: number
  /** The status that made it fail; 200 is a body that is no JSON. */
  readonly status?: number
  readonly unreachable?: true
}

/** A recording as a model replays it. All times are whole milliseconds since the first call. */
export interface Replay {
  readonly calls: ReadonlyArray<{ readonly at: number; readonly span: SpanLine }>
  readonly upstream: ReadonlyArray<UpstreamCall>
  /** The length of the sleeps by the setting that says it. */
  readonly settings: ReadonlyMap<string, number>
  /** Values in place of the handbook's, with the modules of their references. */
  readonly provided: ReadonlyArray<Provided & { readonly module: string }>
  /** The share of its backoff that each pause with jitter took, at the time of its beginning. */
  readonly draws: ReadonlyArray<readonly [at: number, share: number]>
  readonly moments: ReadonlyArray<readonly [at: number, moment: string]>
  readonly duration: number
}

/** Moments that a person can still read; Effect's TestClock takes 10 ms for each. */
const mostMoments = 400

/** Spans of a recording that is looked at: more are no chapter's. */
const mostSpans = 5_000

const refused = (fr: string, en: string) => Either.left(new NotReplayable({ reason: text(fr, en) }))

const names = [...operations.keys()].join(", ")

const ends: Readonly<Record<SpanLine["outcome"], string>> = {
  success: "ends",
  failure: "fails",
  defect: "dies",
  interrupted: "is interrupted",
  running: "runs on"
}

const byTime = (
  [at, moment]: readonly [number, string],
  [other, otherMoment]: readonly [number, string]
): number => at - other || (moment < otherMoment ? -1 : moment > otherMoment ? 1 : 0)

class Reading {
  private readonly timeline: Timeline
  private readonly places: Places
  private readonly times: ModelTimes
  private readonly own: ReadonlyArray<SpanLine>

  constructor(timeline: Timeline, places: Places) {
    this.timeline = timeline
    this.places = places
    this.times = new ModelTimes(timeline, places)
    this.own = timeline.spans.filter((span) => places.isOwnSpan(span))
  }

  get unmodelled() {
    return this.times.unmodelled
  }

  replay(): Replay {
    const begun = this.places.calls.map((span) => ({ at: this.times.ofSpan(span).from, span }))
    const first = Math.min(...begun.map(({ at }) => at))
    const since = (time: number) => Math.max(0, time - first)
    const moments = [...this.spans(), ...this.events()].map(([at, moment]) => [since(at), moment] as const)
    return {
      calls: begun.map(({ at, span }) => ({ at: since(at), span })),
      upstream: this.own.filter(({ name }) => name === upstreamCall).map((span) => this.upstreamCall(span)),
      settings: this.settings(),
      provided: this.provided(),
      draws: this.draws().map(([at, share]) => [since(at), share] as const),
      moments: moments.toSorted(byTime),
      duration: Math.max(...moments.map(([at]) => at))
    }
  }

  private spans(): ReadonlyArray<readonly [number, string]> {
    return this.own.flatMap((span) => {
      const { from, to } = this.times.ofSpan(span)
      const name = span.path === undefined ? span.name : `${span.name} ${span.path}`
      const status = span.status === undefined ? "" : ` (${span.status})`
      const begins = [from, `${name} begins`] as const
      if (span.outcome !== "interrupted") return [begins, [to, `${name} ${ends[span.outcome]}${status}`] as const]
      const why = this.timeline.interruptions.findLast(({ asked, fiber }) => fiber === span.fiber && asked <= span.to)
        ?.why
      return [begins, [to, `${name} ${ends.interrupted}: ${why ?? "asked"}`] as const]
    })
  }

  private events(): ReadonlyArray<readonly [number, string]> {
    return this.timeline.events.filter(({ at, fiber }) => this.places.isOwn(fiber, at)).map((event) => {
      const { kind, value = 0 } = event
      const moment = kind === "pause" || kind === "timeout" ? `${kind} of ${value} ms` : meaningOf(event).en
      return [this.times.ofEvent(event), moment] as const
    })
  }

  private upstreamCall(span: SpanLine): UpstreamCall {
    const { outcome, path = "/", status } = span
    if (outcome === "interrupted") return { path }
    const { from, to } = this.times.ofSpan(span)
    const after = to - from
    if (outcome === "success") return { path, after }
    return status === undefined ? { path, after, unreachable: true } : { path, after, status }
  }

  private settings(): ReadonlyMap<string, number> {
    const found = new Map<string, number>()
    for (const { fiber, from, reason, to } of this.timeline.slices) {
      if (reason?.kind !== "sleep" || !this.places.isOwn(fiber, from) || this.places.isClients(fiber, from, to)) {
        continue
      }
      const call = this.places.callOf(fiber, from)
      const name = call && operations.get(call.name)?.setting
      if (name !== undefined) found.set(name, Math.round(reason.milliseconds))
    }
    return found
  }

  /** Finds the values that the first call of each kind shows; a server provides one for all. */
  private provided(): Replay["provided"] {
    const did = new Map<SpanLine, { names: Array<string>; paths: Array<string> }>()
    for (const { fiber, from, name, path } of this.own) {
      const call = fiber === null ? undefined : this.places.callOf(fiber, from)
      if (call === undefined) continue
      const seen = did.get(call) ?? { names: [], paths: [] }
      did.set(call, seen)
      seen.names.push(name)
      if (path !== undefined) seen.paths.push(path)
    }
    const found = new Map<string, Provided & { readonly module: string }>()
    for (const [call, seen] of did) {
      const operation = operations.get(call.name)
      const provided = operation?.provided?.(seen)
      if (operation === undefined || provided === undefined || found.has(provided.reference)) continue
      found.set(provided.reference, { ...provided, module: operation.module })
    }
    return [...found.values()]
  }

  private draws(): ReadonlyArray<readonly [number, number]> {
    const [policy, ...others] = policiesOf(this.timeline).flatMap(({ policy: { retry } }) => retry ? [retry] : [])
    if (policy?.jitter !== "full" || others.length > 0) return []
    const attempts = new Map<number, number>()
    return this.timeline.events.flatMap((event): ReadonlyArray<readonly [number, number]> => {
      const { fiber, kind, value = 0 } = event
      if (kind === "attempt") attempts.set(fiber, value)
      if (kind !== "pause") return []
      const most = pauseAfter(policy.backoff)(attempts.get(fiber) ?? 1)
      return [[this.times.ofEvent(event), (value + 0.5) / (most + 1)]]
    })
  }
}

/** Finds how a recording is replayed, or why it cannot be. */
export const replayOf = (timeline: Timeline): Either.Either<Replay, NotReplayable> => {
  const { lost, spans } = timeline
  if (lost.events || lost.spans > 0) {
    return refused("Une partie de l'enregistrement est perdue.", "A part of the recording is lost.")
  }
  const tooLong = refused(
    `L'enregistrement a plus de ${mostMoments} moments à rejouer.`,
    `The recording has more than ${mostMoments} moments to replay.`
  )
  if (spans.length > mostSpans) return tooLong
  const places = new Places(timeline)
  if (places.calls.length === 0) {
    return refused(
      `Aucune opération enregistrée ne se rejoue en temps virtuel. Celles qui s'y prêtent : ${names}.`,
      `No operation of this recording can be replayed in virtual time. Those that can: ${names}.`
    )
  }
  const open = places.calls.find(({ outcome }) => outcome === "running" || outcome === "interrupted")
  if (open !== undefined) {
    return open.outcome === "running"
      ? refused(`${open.name} n'est pas terminée.`, `${open.name} has not ended.`)
      : refused(`${open.name} a été interrompue du dehors.`, `${open.name} was interrupted from outside.`)
  }
  const unnumbered = places.calls.find(({ arguments: numbers = [], name }) =>
    numbers.length < (operations.get(name)?.numbers ?? 0)
  )
  if (unnumbered !== undefined) {
    return refused(
      `L'enregistrement ne dit pas avec quels nombres ${unnumbered.name} a été appelée.`,
      `The recording does not say with which numbers ${unnumbered.name} was called.`
    )
  }
  const reading = new Reading(timeline, places)
  if (reading.unmodelled !== undefined) {
    const state = shownState(reading.unmodelled)
    return refused(
      `Une opération attend ce que l'enregistrement ne contient pas (${state}), et que le temps virtuel ne rejoue pas.`,
      `An operation waits for what the recording does not contain (${state}), and virtual time cannot replay.`
    )
  }
  const replay = reading.replay()
  return replay.moments.length > mostMoments ? tooLong : Either.right(replay)
}
