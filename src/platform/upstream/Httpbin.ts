import { Duration } from "effect"
import type { Json } from "./Json.ts"

/** Behaviour of httpbin for a request: a delay, then an answer. Without `json` the body is empty. */
export interface HttpbinResponse {
  readonly delay: Duration.Duration
  readonly status: number
  readonly json?: Json
}

const longestDelay = 10
const seconds = /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

/** Writes `user-agent` as httpbin does: `User-Agent`. */
const headerName = (name: string): string => name.toLowerCase().replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase())

const sorted = (entries: ReadonlyArray<readonly [string, Json]>): Json =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))

const args = (query: URLSearchParams): Json =>
  sorted([...new Set(query.keys())].map((name) => {
    const values = query.getAll(name)
    return [name, values.length === 1 ? values[0] ?? "" : values]
  }))

const failed = (status: number): HttpbinResponse => ({ delay: Duration.zero, status })

/**
 * Answers like httpbin 0.7 to GET `/get`, `/delay/{seconds}` (at most 10, fractions allowed) and `/status/{code}` (200
 * to 999). A pure function, shared by the embedded upstream and the model.
 */
export const answer = (url: URL, headers: Readonly<Record<string, string>>, origin: string): HttpbinResponse => {
  const echo = {
    headers: sorted(Object.entries(headers).map(([name, value]) => [headerName(name), value])),
    origin,
    url: url.href
  }
  const [, operation, parameter = "", ...rest] = url.pathname.split("/")
  if (rest.length > 0) return failed(404)
  if (url.pathname === "/get") {
    return { delay: Duration.zero, status: 200, json: { args: args(url.searchParams), ...echo } }
  }
  if (operation === "delay" && parameter !== "") {
    // httpbin fails on anything but a number, and answers 500.
    if (!seconds.test(parameter)) return failed(500)
    return {
      delay: Duration.seconds(Math.min(Number(parameter), longestDelay)),
      status: 200,
      json: { args: args(url.searchParams), data: "", files: {}, form: {}, ...echo }
    }
  }
  if (operation === "status" && parameter !== "") {
    return failed(/^[2-9]\d\d$/.test(parameter) ? Number(parameter) : 400)
  }
  return failed(404)
}
