import type { ByteRange } from "../platform/files/FileStore.ts"

/** The headers that decide how much of a representation is sent. */
export interface Conditions {
  readonly ifNoneMatch: string | undefined
  readonly ifRange: string | undefined
  readonly range: string | undefined
}

/** What to send: all of it, a part of it, nothing as the client has it, or a refusal of the range. */
export type Selection = "whole" | ByteRange | "not modified" | "unsatisfiable"

/** `If-None-Match` compares weakly (RFC 9110, 13.1.2). */
const matches = (ifNoneMatch: string, etag: string) =>
  ifNoneMatch.trim() === "*" || [...ifNoneMatch.matchAll(/"[^"]*"/g)].some(([tag]) => tag === etag)

const single = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i

/** One range (RFC 9110, 14.1.2). What is malformed, or asks for several, is ignored, as it may be. */
const select = (range: string, size: number): Selection => {
  const match = single.exec(range)
  const [first = "", last = ""] = match?.slice(1) ?? []
  if (match === null || (first === "" && last === "")) return "whole"
  if (first === "") {
    const length = Math.min(Number(last), size)
    return length === 0 ? "unsatisfiable" : { start: size - length, end: size - 1 }
  }
  const start = Number(first)
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1)
  if (last !== "" && Number(last) < start) return "whole"
  return start >= size ? "unsatisfiable" : { start, end }
}

/** Decides as RFC 9110, 13.2.2 orders it: `If-None-Match` first, then `Range`, which `If-Range` may cancel. `etag` is a strong one. */
export const evaluate = (
  { ifNoneMatch, ifRange, range }: Conditions,
  etag: string,
  size: number
): Selection => {
  if (ifNoneMatch !== undefined && matches(ifNoneMatch, etag)) return "not modified"
  if (range === undefined || (ifRange !== undefined && ifRange.trim() !== etag)) return "whole"
  return select(range, size)
}
