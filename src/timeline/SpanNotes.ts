import type { SpanLine } from "./Timeline.ts"

/** The attributes of a span that a recording keeps. */
export type SpanNotes = Pick<SpanLine, "arguments" | "path" | "status">

const isNumbers = (value: unknown): value is ReadonlyArray<number> =>
  Array.isArray(value) && value.every((one) => typeof one === "number" && Number.isFinite(one))

/**
 * Keeps the numbers of a call, the path of a call to the upstream, and the status of its answer. Any other attribute
 * may hold what must not be recorded.
 */
export const noteOf = (key: string, value: unknown): SpanNotes | undefined => {
  if (key === "arguments" && isNumbers(value)) return { arguments: value }
  if (key === "upstream.path" && typeof value === "string") return { path: value.split("?", 1)[0] ?? "" }
  return key === "upstream.status" && Number.isInteger(value) ? { status: Number(value) } : undefined
}
