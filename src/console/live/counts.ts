/** Runs since the start of the server, as its metrics count them. */
export interface Counts {
  /** Requests that were answered. */
  readonly requests: number
  /** Requests whose timelines were recorded. */
  readonly recorded: number
  /** Recordings that newer ones have pushed out of memory. */
  readonly removed: number
}

/** Adds the values of a metric in Prometheus' text format, those of all its labels that match. */
const sumOf = (metrics: string, name: string, label = ""): number =>
  metrics.split("\n")
    .filter((line) => (line.startsWith(`${name}{`) || line.startsWith(`${name} `)) && line.includes(label))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0)

export const countsOf = (metrics: string): Counts => ({
  requests: sumOf(metrics, "http_server_request_duration_seconds_count"),
  recorded: sumOf(metrics, "barista_timelines_recorded_total", "kind=\"request\""),
  removed: sumOf(metrics, "barista_timelines_removed_total")
})
