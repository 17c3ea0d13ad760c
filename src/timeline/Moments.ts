import type { Exit, FiberId } from "effect"
import type { NamedPolicy } from "../policy/Policy.ts"
import type { PolicyObserver } from "../policy/PolicyObserver.ts"
import { type Refusal, refusals } from "../policy/PolicyRefused.ts"
import { type Kind, kinds, nobody } from "./EventLog.ts"
import { type FiberHooks, outcomeOf, outcomes } from "./FiberHooks.ts"
import { currentId } from "./FiberParts.ts"
import type { SpanLog } from "./RecordedSpan.ts"
import type { Recording } from "./Recording.ts"
import { numberOfName } from "./spanNames.ts"
import { noteOf } from "./SpanNotes.ts"

/** Spans of a recording of which attributes are kept. A test that calls more often would be of no use. */
const mostNotes = 1_000

/** Notes the moments of spans and policies of one recording. */
export class Moments implements SpanLog, PolicyObserver {
  private readonly recording: Recording
  private readonly hooks: FiberHooks
  private spans = 0

  constructor(recording: Recording, hooks: FiberHooks) {
    this.recording = recording
    this.hooks = hooks
  }

  get id(): string {
    return this.recording.id
  }

  begin(name: string): number {
    this.hooks.add(kinds.span, currentId(), numberOfName(name), ++this.spans)
    return this.spans
  }

  note(span: number, key: string, value: unknown): void {
    const kept = noteOf(key, value)
    if (kept === undefined) return
    const notes = this.recording.notes ??= new Map()
    if (notes.size < mostNotes) notes.set(span, { ...notes.get(span), ...kept })
  }

  end(span: number, exit: Exit.Exit<unknown, unknown>): void {
    this.hooks.add(kinds.spanEnd, currentId(), span, outcomes.indexOf(outcomeOf(exit)))
  }

  attempt(fiber: FiberId.Runtime, number: number, policy: NamedPolicy): void {
    this.noteMoment(kinds.attempt, fiber, number, policy)
  }

  pause(fiber: FiberId.Runtime, millis: number): void {
    this.hooks.add(kinds.pause, fiber.id, Math.round(millis))
  }

  timeout(fiber: FiberId.Runtime, interruptor: FiberId.Runtime, millis: number): void {
    this.hooks.add(kinds.timeout, fiber.id, interruptor.id, Math.round(millis))
  }

  ended(fiber: FiberId.Runtime, interruptor: FiberId.Runtime): void {
    this.hooks.add(kinds.region, fiber.id, interruptor.id)
  }

  refused(fiber: FiberId.Runtime, reason: Refusal, policy: NamedPolicy): void {
    this.noteMoment(kinds.refused, fiber, refusals.indexOf(reason), policy)
  }

  hedged(fiber: FiberId.Runtime, copy: number, policy: NamedPolicy): void {
    this.noteMoment(kinds.hedged, fiber, copy, policy)
  }

  budgetSpent(fiber: FiberId.Runtime, policy: NamedPolicy): void {
    this.noteMoment(kinds.budgetSpent, fiber, nobody, policy)
  }

  breakerOpened(fiber: FiberId.Runtime, millis: number, policy: NamedPolicy): void {
    this.noteMoment(kinds.breakerOpened, fiber, Math.round(millis), policy)
  }

  private noteMoment(kind: Kind, fiber: FiberId.Runtime, value: number, policy: NamedPolicy): void {
    this.recording.policies ??= new Map()
    this.recording.policies.set(policy.name, policy)
    this.hooks.add(kind, fiber.id, value, numberOfName(policy.name))
  }
}
