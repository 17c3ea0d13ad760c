import { Schema } from "effect"
import { reasons } from "../domain/WaitReason.ts"

/** Whole nanoseconds since the start of the recording. */
const Nanoseconds = Schema.Int.pipe(Schema.nonNegative())

const FiberNumber = Schema.Int

/** Success, an expected failure, a defect, or an interruption; `running` where the recording ended first. */
export const Outcome = Schema.Literal("success", "failure", "defect", "interrupted", "running")
export type Outcome = typeof Outcome.Type

/**
 * The reason of a wait. A `pause` is a policy's, before its next attempt. `unknown` is a reason that the recorder did
 * not see; pictures show it as such.
 */
export const Reason = Schema.Union(
  Schema.Struct({ kind: Schema.Literal("sleep", "pause"), milliseconds: Schema.Number }),
  Schema.Struct({ kind: Schema.Literal("join"), fiber: FiberNumber }),
  Schema.Struct({ kind: Schema.Literal(...reasons, "unknown") })
)
export type Reason = typeof Reason.Type

/** A fiber from its start to its end. Its name is that of the first span that it opened, or else its number. */
export const FiberLine = Schema.Struct({
  id: FiberNumber,
  parent: Schema.NullOr(FiberNumber),
  name: Schema.String,
  from: Nanoseconds,
  to: Nanoseconds,
  outcome: Outcome
})
export type FiberLine = typeof FiberLine.Type

/** A part of a fiber's life: it ran, it could have run while something else did, or it waited. */
export const Slice = Schema.Struct({
  fiber: FiberNumber,
  from: Nanoseconds,
  to: Nanoseconds,
  state: Schema.Literal("running", "ready", "waiting"),
  reason: Schema.optionalWith(Reason, { exact: true }),
  /** The fiber that ended the wait; null for a timer or the outside world. */
  woken_by: Schema.optionalWith(Schema.NullOr(FiberNumber), { exact: true })
})
export type Slice = typeof Slice.Type

export const SpanLine = Schema.Struct({
  name: Schema.String,
  fiber: Schema.NullOr(FiberNumber),
  from: Nanoseconds,
  to: Nanoseconds,
  outcome: Outcome
})
export type SpanLine = typeof SpanLine.Type

/** A moment of a policy: an attempt begins, a pause follows a failed one, a timeout fires. */
export const PolicyEvent = Schema.Struct({
  fiber: FiberNumber,
  at: Nanoseconds,
  kind: Schema.Literal("attempt", "pause", "timeout"),
  /** The number of the attempt, or the pause in milliseconds. */
  value: Schema.optionalWith(Schema.Number, { exact: true })
})
export type PolicyEvent = typeof PolicyEvent.Type

/**
 * An interruption as its three moments: it is asked for, the fiber begins to unwind once it leaves what protected it,
 * and the fiber ends when its finalizers have run.
 */
export const Interruption = Schema.Struct({
  fiber: FiberNumber,
  by: Schema.NullOr(FiberNumber),
  why: Schema.Literal("timeout", "sibling failed", "asked"),
  asked: Nanoseconds,
  honoured: Schema.NullOr(Nanoseconds),
  cleaned_up: Schema.NullOr(Nanoseconds)
})
export type Interruption = typeof Interruption.Type

export const version = "barista.timeline/1"

/** One run as it went: fibers down, time across. Every picture and export derives from it. */
export const Timeline = Schema.Struct({
  version: Schema.Literal(version),
  id: Schema.String,
  name: Schema.String,
  clock: Schema.Literal("live", "virtual"),
  started_at: Schema.String,
  duration_ns: Nanoseconds,
  outcome: Outcome,
  fibers: Schema.Array(FiberLine),
  slices: Schema.Array(Slice),
  spans: Schema.Array(SpanLine),
  events: Schema.Array(PolicyEvent),
  interruptions: Schema.Array(Interruption),
  /** Fibers and events that are missing: the recording was cut at its bound, or the ring went round. */
  lost: Schema.Struct({ fibers: Schema.Int, spans: Schema.Int, events: Schema.Boolean }),
  /** The time that recording took, estimated from the cost of one event; 0 where it took no time of the clock. */
  recorded_in_ns: Nanoseconds
}).annotations({ identifier: "Timeline" })
export type Timeline = typeof Timeline.Type
