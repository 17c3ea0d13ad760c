import { describe, expect, it } from "@effect/vitest"
import { evaluate, type Selection } from "../../src/uploads/Preconditions.ts"

const etag = "\"abc\""
const none = { ifNoneMatch: undefined, ifRange: undefined, range: undefined }

describe("Range", () => {
  const cases: ReadonlyArray<readonly [range: string, selected: Selection]> = [
    ["bytes=0-0", { start: 0, end: 0 }],
    ["bytes=0-", { start: 0, end: 9 }],
    ["bytes=4-6", { start: 4, end: 6 }],
    ["bytes=4-99999999999999999999", { start: 4, end: 9 }],
    ["bytes=9-", { start: 9, end: 9 }],
    ["bytes=-3", { start: 7, end: 9 }],
    ["bytes=-30", { start: 0, end: 9 }],
    ["Bytes=1-2", { start: 1, end: 2 }],
    ["bytes=10-", "unsatisfiable"],
    ["bytes=10-20", "unsatisfiable"],
    ["bytes=99999999999999999999-", "unsatisfiable"],
    ["bytes=-0", "unsatisfiable"],
    ["bytes=6-4", "whole"],
    ["bytes=-", "whole"],
    ["bytes=a-b", "whole"],
    ["bytes=0-1,3-4", "whole"],
    ["lines=0-1", "whole"],
    ["", "whole"]
  ]

  it.each(cases)("%s of ten bytes", (range, selected) => {
    expect(evaluate({ ...none, range }, etag, 10)).toEqual(selected)
  })

  it("can never be satisfied by an empty file", () => {
    for (const range of ["bytes=0-", "bytes=0-0", "bytes=-1"]) {
      expect(evaluate({ ...none, range }, etag, 0)).toBe("unsatisfiable")
    }
  })
})

describe("If-None-Match", () => {
  it("compares weakly, in a list too, and goes before the range", () => {
    for (const ifNoneMatch of [etag, `W/${etag}`, `"x", ${etag}`, "*"]) {
      expect(evaluate({ ...none, ifNoneMatch, range: "bytes=0-1" }, etag, 10)).toBe("not modified")
    }
    for (const ifNoneMatch of ["\"x\"", "abc", ""]) {
      expect(evaluate({ ...none, ifNoneMatch }, etag, 10)).toBe("whole")
    }
  })
})

describe("If-Range", () => {
  it("lets the range stand for the very same bytes only", () => {
    expect(evaluate({ ...none, ifRange: etag, range: "bytes=0-1" }, etag, 10)).toEqual({ start: 0, end: 1 })
    for (const ifRange of [`W/${etag}`, "\"x\"", "Sat, 01 Jan 2000 00:00:00 GMT"]) {
      expect(evaluate({ ...none, ifRange, range: "bytes=0-1" }, etag, 10)).toBe("whole")
    }
  })
})
