import { describe, expect, it } from "@effect/vitest"
import { select } from "../../../../src/platform/http/contract/Range.ts"

describe("select", () => {
  const cases: ReadonlyArray<readonly [range: string | undefined, selected: ReturnType<typeof select>]> = [
    [undefined, "whole"],
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
    expect(select(range, 10)).toEqual(selected)
  })

  it("finds nothing in an empty file", () => {
    for (const range of ["bytes=0-", "bytes=0-0", "bytes=-1"]) expect(select(range, 0)).toBe("unsatisfiable")
  })
})
