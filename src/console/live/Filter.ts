import type { Outcome } from "../../timeline/Timeline.ts"
import { durationOf, type Kind, kinds, outcomes, type Summary, titleOf } from "./Summary.ts"

/** The runs to show; an empty text and 0 leave none out. */
export interface Filter {
  /** A part of the route, such as `/users`. */
  readonly route: string
  readonly outcome: Outcome | ""
  readonly kind: Kind | ""
  readonly minimumMillis: number
}

export const everything: Filter = { route: "", outcome: "", kind: "", minimumMillis: 0 }

/** The longest duration that a filter takes: a day. */
const longest = 86_400_000

/** Reads a filter from the query of a page's address; members that make no sense are left out. */
export const filterOf = (query: URLSearchParams): Filter => {
  const minimum = Number(query.get("min") ?? "0")
  return {
    route: query.get("route") ?? "",
    outcome: outcomes.find((outcome) => outcome === query.get("outcome")) ?? "",
    kind: kinds.find((kind) => kind === query.get("kind")) ?? "",
    minimumMillis: Number.isFinite(minimum) ? Math.min(Math.max(0, minimum), longest) : 0
  }
}

/** Writes a filter as the query of an address, for a link that shows the same runs; empty for all runs. */
export const queryOf = ({ kind, minimumMillis, outcome, route }: Filter): string => {
  const members = { route, outcome, kind, min: minimumMillis === 0 ? "" : String(minimumMillis) }
  return new URLSearchParams(Object.entries(members).filter(([, value]) => value !== "")).toString()
}

/** True if a run belongs to the list; `nowMillis` tells how long a run that goes on has lasted. */
export const matches = (filter: Filter, summary: Summary, nowMillis: number): boolean =>
  (filter.route === "" || titleOf(summary).toLowerCase().includes(filter.route.toLowerCase())) &&
  (filter.outcome === "" || summary.outcome === filter.outcome) &&
  (filter.kind === "" || summary.kind === filter.kind) &&
  durationOf(summary, nowMillis) >= filter.minimumMillis * 1e6
