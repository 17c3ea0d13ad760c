// range-parser 1.3.0 breaks RFC 9110, 14.1.2: the library calls "bytes=-30" of ten bytes unsatisfiable, instead of the
// whole. The invalid "bytes=6-4" becomes a 416, where this module ignores it. Version 2.0.0 corrects the first and
// needs Node 22.
import type { ByteRange } from "../../files/ReadFile.ts"

const single = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i

/**
 * Selects the bytes that a `Range` asks for, out of `size` bytes (RFC 9110, 14.1.2). A malformed header, or one with
 * several ranges, is ignored, as the RFC allows, and the whole is sent.
 */
export const select = (range: string | undefined, size: number): "whole" | "unsatisfiable" | ByteRange => {
  const match = single.exec(range ?? "")
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
