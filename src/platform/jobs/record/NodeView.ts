import { DateTime, Schema } from "effect"
import { Instant } from "../../../domain/Instant.ts"
import { JobId } from "../Job.ts"
import { TakeoverReason } from "./takeover.ts"

/**
 * State of a server by its last sign of life. `silent`: some signs are missing, but its jobs are still its own. `gone`:
 * its jobs are free for the others; one that comes back is `alive` again.
 */
export const NodeState = Schema.Literal("alive", "stopping", "silent", "gone")
export type NodeState = typeof NodeState.Type

/** Attempts that are listed of one server. */
export const mostAttempts = 25

const ServerName = Schema.String.annotations({ examples: ["barista-1/4242/0b9d2c3e-6f3a-4c59-9d0e-6a4c9f1f7a55"] })

/** An attempt under way. */
export const RunningAttempt = Schema.Struct({
  job_id: JobId,
  job: Schema.String.annotations({ examples: ["/jobs/1"] }),
  kind: Schema.String.annotations({ examples: ["registration"] }),
  activity: Schema.String.annotations({ examples: ["e-mail"] }),
  attempt: Schema.Int.annotations({ examples: [1] }),
  started_at: Instant
})

/** A server that shares the database. */
export const Node = Schema.Struct({
  id: ServerName.annotations({ description: "Host, process, and what tells it from an earlier start" }),
  host: Schema.String.annotations({ examples: ["barista-1"] }),
  pid: Schema.Int.annotations({ description: "Id of its process on that host", examples: [4242] }),
  is_this: Schema.Boolean.annotations({ description: "True for the server that answers", examples: [true] }),
  version: Schema.String.annotations({ description: "Version of its build", examples: ["0.1.0"] }),
  state: NodeState.annotations({
    description: "silent: signs of life are missing; gone: for so long that others have its jobs"
  }),
  started_at: Instant,
  last_seen_at: Instant.annotations({ description: "Its last sign of life; it gives one every two seconds" }),
  shards: Schema.Int.annotations({ description: "Shards of all jobs that it holds", examples: [4] }),
  running: Schema.Int.annotations({ description: "Attempts that it has begun and not ended", examples: [1] }),
  attempts: Schema.Array(RunningAttempt).annotations({ description: "The oldest of these attempts, 25 at most" })
})
export type Node = typeof Node.Type

/** A job that went on at another server. */
export const Takeover = Schema.Struct({
  job_id: JobId,
  job: Schema.String.annotations({ examples: ["/jobs/1"] }),
  kind: Schema.String.annotations({ examples: ["registration"] }),
  from: ServerName,
  to: ServerName,
  reason: TakeoverReason.annotations({
    description:
      "silent: the server before gave no sign of life; stopped: it stopped in order; moved: jobs were shared out anew"
  }),
  left_at: Schema.NullOr(Instant).annotations({
    description: "Last sign of life of a silent server, else the end of the last attempt there; null if unknown"
  }),
  resumed_at: Instant,
  gap_ms: Schema.NullOr(Schema.Int).annotations({
    description: "Milliseconds from one to the other",
    examples: [6200]
  })
})
export type Takeover = typeof Takeover.Type

/** All servers of a database, and the jobs that went from one to another. */
export const nodesFields = {
  read_at: Instant.annotations({ description: "Time of the database at this answer" }),
  shards: Schema.Int.annotations({ description: "Shards that the servers share out", examples: [12] }),
  takeovers: Schema.Array(Takeover).annotations({ description: "Newest first: of the last hour, 50 at most" })
}

const instant = (millis: number) => DateTime.unsafeMake(millis)

export interface RunningRow {
  readonly server: string
  readonly job_id: JobId
  readonly kind: string
  readonly activity: string
  readonly attempt: number
  readonly started_at: number
  /** Attempts of the same server, listed or not. */
  readonly running: number
}

export const toRunning = ({ activity, attempt, job_id, kind, started_at }: RunningRow): typeof RunningAttempt.Type => ({
  job_id,
  job: `/jobs/${job_id}`,
  kind,
  activity,
  attempt,
  started_at: instant(started_at)
})

export interface TakeoverRow {
  readonly job_id: JobId
  readonly kind: string
  readonly from_server: string
  readonly to_server: string
  readonly reason: TakeoverReason
  readonly left_at: number | null
  readonly resumed_at: number
}

export const toTakeover = (row: TakeoverRow): Takeover => ({
  job_id: row.job_id,
  job: `/jobs/${row.job_id}`,
  kind: row.kind,
  from: row.from_server,
  to: row.to_server,
  reason: row.reason,
  left_at: row.left_at === null ? null : instant(row.left_at),
  resumed_at: instant(row.resumed_at),
  gap_ms: row.left_at === null ? null : Math.max(0, row.resumed_at - row.left_at)
})
