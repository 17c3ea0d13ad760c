/** A line of a trace: an attempt at the upstream, with times in nanoseconds; `start` is -1 if it was never served. */
export interface Line {
  readonly request: number
  readonly attempt: number
  readonly sent: number
  readonly demand: number
  readonly start: number
  readonly end: number
  readonly outcome: string
}

/** Reads a line of a trace; its first line, the names of the columns, is none. */
export const lineOf = (text: string): ReadonlyArray<Line> => {
  const fields = text.split(",")
  const [request = 0, attempt = 0, sent = 0, demand = 0, start = 0, end = 0] = fields.slice(0, 6).map(Number)
  return Number.isNaN(request) ? [] : [{ request, attempt, sent, demand, start, end, outcome: fields[6] ?? "" }]
}
