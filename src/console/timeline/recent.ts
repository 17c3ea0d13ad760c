import type { Outcome } from "../../timeline/Timeline.ts"
import { askJson } from "../api.ts"

/** A recording in a list of the server. */
export interface Summary {
  readonly id: string
  readonly kind: "request" | "job" | "experiment"
  readonly name: string
  readonly started_at: string
  readonly duration_ns: number
  readonly outcome: Outcome
  readonly status: number | null
  readonly fibers: number
}

/** Asks for the newest recordings. */
export const newest = (limit: number): Promise<ReadonlyArray<Summary>> =>
  askJson<{ readonly items: ReadonlyArray<Summary> }>(`/timelines?limit=${limit}`).then(({ items }) => items)
