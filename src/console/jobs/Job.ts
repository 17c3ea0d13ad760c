export const states = ["waiting", "running", "succeeded", "failed", "cancelled"] as const
export type State = (typeof states)[number]

/** A job as the server's list shows it. */
export interface Job {
  readonly id: number
  readonly kind: string
  readonly state: State
  readonly payload: unknown
  readonly url: string
  readonly created_at: string
  readonly due_at: string
  readonly started_at: string | null
  readonly finished_at: string | null
  readonly cancel_requested: boolean
  readonly error: string | null
}

export interface Attempt {
  readonly attempt: number
  readonly run: number
  readonly started_at: string
  readonly ended_at: string | null
  readonly outcome: string | null
  readonly error: string | null
}

export interface Activity {
  readonly name: string
  readonly attempts: ReadonlyArray<Attempt>
}

/** A job with its activities and their attempts. */
export interface JobDetails extends Job {
  readonly run: number
  readonly activities: ReadonlyArray<Activity>
}

export const isFinished = ({ state }: Job): boolean => state !== "waiting" && state !== "running"

/** Activities that are done, of how many. */
export const progressOf = ({ activities }: JobDetails): { readonly done: number; readonly of: number } => ({
  done: activities.filter(({ attempts }) => attempts.at(-1)?.outcome === "succeeded").length,
  of: activities.length
})

/** Puts a job in the place of its earlier state; a list that does not show it stays as it is. */
export const replaced = (list: ReadonlyArray<Job>, job: Job): ReadonlyArray<Job> =>
  list.map((old) => (old.id === job.id ? job : old))
