import { Schema } from "effect"
import { NamedPolicy } from "../policy/Policy.ts"
import { refusals } from "../policy/PolicyRefused.ts"

/** Whole nanoseconds since the start of the recording. */
const Nanoseconds = Schema.Int.pipe(Schema.nonNegative())

const FiberNumber = Schema.Int

/** Success, an expected failure, a defect, or an interruption; `running` where the recording ended first. */
export const Outcome = Schema.Literal("success", "failure", "defect", "interrupted", "running")
export type Outcome = typeof Outcome.Type

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/**
 * The reason of a wait, with what is known of it. A `pause` is a policy's, before its next attempt. `unknown` is a
 * reason that the recorder did not see; pictures show it as such.
 */
export const Reason = Schema.Union(
  Schema.Struct({ kind: Schema.Literal("sleep", "pause"), milliseconds: Schema.Number }),
  Schema.Struct({
    kind: Schema.Literal("join"),
    /** The fiber whose end ends the wait; of several, the last one. */
    fiber: FiberNumber,
    /** All fibers that the wait is for, where there are several. */
    fibers: optional(Schema.Array(FiberNumber))
  }),
  Schema.Struct({
    kind: Schema.Literal("permit"),
    policy: optional(Schema.String),
    /** The place in the queue when the wait began; 1 is the next to get a permit. */
    place: optional(Schema.Int),
    /** Fibers of this recording that held the permits when the wait began. */
    holders: optional(Schema.Array(FiberNumber))
  }),
  Schema.Struct({ kind: Schema.Literal("turn", "commit"), group: optional(Schema.Int) }),
  Schema.Struct({
    kind: Schema.Literal("worker"),
    /** The kind of threads. */
    queue: optional(Schema.String),
    /** The number of the thread that runs the task, from 1; absent while the task waits for a thread. */
    thread: optional(Schema.Int)
  }),
  Schema.Struct({
    kind: Schema.Literal("upstream"),
    /** The path that was called, without its query. */
    url: optional(Schema.String),
    attempt: optional(Schema.Int)
  }),
  Schema.Struct({ kind: Schema.Literal("queue", "signal", "socket", "file", "mail"), name: optional(Schema.String) }),
  Schema.Struct({ kind: Schema.Literal("unknown") })
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
  outcome: Outcome,
  /** The numbers with which an operation was called, in the order of `src/replay`. */
  arguments: optional(Schema.Array(Schema.Number)),
  /** The path of a call to the upstream, without its query. */
  path: optional(Schema.String),
  /** The status of the upstream's answer; absent where none came. */
  status: optional(Schema.Int)
})
export type SpanLine = typeof SpanLine.Type

/**
 * A moment of a policy: an attempt, pause or copy begins, a timeout fires, or a part refuses. A budget may have no
 * retry left, and a breaker may open. Files of before have attempts, pauses and timeouts alone.
 */
export const PolicyEvent = Schema.Struct({
  fiber: FiberNumber,
  at: Nanoseconds,
  kind: Schema.Literal("attempt", "pause", "timeout", "refused", "hedged", "budget spent", "breaker opened"),
  /** The number of the attempt or of the copy; or the milliseconds of the pause, the timeout or the open breaker. */
  value: optional(Schema.Number),
  /** The policy; absent for pauses and timeouts, which follow their attempt. */
  policy: optional(Schema.String),
  /** The part that refused. */
  reason: optional(Schema.Literal(...refusals))
})
export type PolicyEvent = typeof PolicyEvent.Type

/**
 * The reason of an interruption. A fiber that is interrupted because another one was has that one's reason. `asked`
 * is any other.
 */
export const InterruptionReason = Schema.Literal(
  "timeout",
  "sibling failed",
  "client left",
  "cancelled",
  "stopping",
  "plug pulled",
  "asked"
)
export type InterruptionReason = typeof InterruptionReason.Type

/**
 * An interruption as its three moments: it is asked for, the fiber begins to unwind once it leaves what protected it,
 * and the fiber ends when its finalizers have run. A policy's timeout ends a part of its fiber: that part has ended
 * then.
 */
export const Interruption = Schema.Struct({
  fiber: FiberNumber,
  by: Schema.NullOr(FiberNumber),
  why: InterruptionReason,
  asked: Nanoseconds,
  honoured: Schema.NullOr(Nanoseconds),
  cleaned_up: Schema.NullOr(Nanoseconds)
})
export type Interruption = typeof Interruption.Type

/** A commit of the database that changes of this recording shared, from its start until it was on the disk. */
export const Commit = Schema.Struct({
  group: Schema.Int,
  from: Nanoseconds,
  to: Nanoseconds,
  fibers: Schema.Array(FiberNumber),
  /** Changes of other runs in the same commit. */
  others: Schema.Int.pipe(Schema.nonNegative())
})
export type Commit = typeof Commit.Type

/** A fiber that could have run while something else kept the event loop. */
export const Victim = Schema.Struct({
  /** The timeline of another recording; null for a fiber of this one. */
  timeline: Schema.NullOr(Schema.String),
  fiber: FiberNumber,
  name: Schema.String,
  stolen_ns: Nanoseconds
})
export type Victim = typeof Victim.Type

/** A time for which the event loop did not turn, beyond the bound in LoopStalls.ts. */
export const LoopStall = Schema.Struct({
  from: Nanoseconds,
  to: Nanoseconds,
  /** The fiber of this recording that kept the loop; null for one of another recording, or what no recording saw. */
  fiber: Schema.NullOr(FiberNumber),
  name: Schema.String,
  victims: Schema.Array(Victim)
})
export type LoopStall = typeof LoopStall.Type

/** A member that version 1 did not always have. */
const added = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(Schema.Array(schema), { default: () => [] })

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
  commits: added(Commit),
  loop_stalls: added(LoopStall),
  /** The policies that were at work, as the configuration takes them; files of before have none. */
  policies: optional(Schema.Array(Schema.encodedSchema(NamedPolicy))),
  /** Fibers and events that are missing: the recording was cut at its bound, or the ring went round. */
  lost: Schema.Struct({ fibers: Schema.Int, spans: Schema.Int, events: Schema.Boolean }),
  /** The time that recording took, estimated from the cost of one event; 0 where it took no time of the clock. */
  recorded_in_ns: Nanoseconds
}).annotations({ identifier: "Timeline" })
export type Timeline = typeof Timeline.Type
