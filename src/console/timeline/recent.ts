import { askJson } from "../api.ts"
import type { Summary } from "../live/Summary.ts"

export type { Summary }

/** Asks for the newest recordings. */
export const newest = (limit: number): Promise<ReadonlyArray<Summary>> =>
  askJson<{ readonly items: ReadonlyArray<Summary> }>(`/timelines?limit=${limit}`).then(({ items }) => items)
