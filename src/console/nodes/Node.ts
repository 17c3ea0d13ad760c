export type NodeState = "alive" | "stopping" | "silent" | "gone"

export type Reason = "silent" | "stopped" | "moved"

/** An attempt under way. */
export interface Running {
  readonly job_id: number
  readonly kind: string
  readonly activity: string
  readonly attempt: number
  readonly started_at: string
}

/** A server that shares the database, as `GET /nodes` shows it. */
export interface Node {
  readonly id: string
  readonly host: string
  readonly pid: number
  readonly is_this: boolean
  readonly version: string
  readonly state: NodeState
  readonly started_at: string
  readonly last_seen_at: string
  readonly shards: number
  readonly running: number
  readonly attempts: ReadonlyArray<Running>
  readonly chat_members: number
}

/** A job that went on at another server. */
export interface Takeover {
  readonly job_id: number
  readonly kind: string
  readonly from: string
  readonly to: string
  readonly reason: Reason
  readonly left_at: string | null
  readonly resumed_at: string
  readonly gap_ms: number | null
}

export interface Nodes {
  readonly read_at: string
  readonly shards: number
  readonly nodes: ReadonlyArray<Node>
  readonly takeovers: ReadonlyArray<Takeover>
}

/** A server's name as people tell servers apart: host and process. */
export const shortName = (id: string): string => id.replace(/\/[^/]*$/, "")

export const keyOf = ({ job_id, resumed_at, to }: Takeover): string => `${job_id} ${to} ${resumed_at}`
