import { Headers } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { DateTime, Option } from "effect"
import * as HttpDate from "../../../../src/platform/http/contract/HttpDate.ts"
import { evaluate, rangeOf, type Resource, type Verdict } from "../../../../src/platform/http/contract/Preconditions.ts"

const now = Date.UTC(2026, 0, 1)
const lastModified = Date.UTC(1994, 10, 6, 8, 49, 37, 500)
const etag = "\"abc\""
const [before, then, after] = [
  "Sun, 06 Nov 1994 08:49:36 GMT",
  "Sun, 06 Nov 1994 08:49:37 GMT",
  "Sun, 06 Nov 1994 08:49:38 GMT"
]

type Given = Readonly<Record<string, string>>
const asked = (method: "GET" | "HEAD" | "DELETE", headers: Given) => ({ method, headers: Headers.fromInput(headers) })

describe("evaluate", () => {
  const cases: ReadonlyArray<readonly [headers: Given, read: Verdict, change: Verdict]> = [
    [{}, "perform", "perform"],
    [{ "if-match": etag }, "perform", "perform"],
    [{ "if-match": "*" }, "perform", "perform"],
    [{ "if-match": `"zz", ${etag}` }, "perform", "perform"],
    [{ "if-match": `,, "a,b" ,${etag},` }, "perform", "perform"],
    [{ "if-match": "\"zz\"" }, "failed", "failed"],
    [{ "if-match": `W/${etag}` }, "failed", "failed"],
    [{ "if-match": "abc" }, "failed", "failed"],
    [{ "if-match": "" }, "failed", "failed"],
    [{ "if-match": "," }, "failed", "failed"],
    [{ "if-match": `${etag} "x"` }, "failed", "failed"],
    [{ "if-match": `*, ${etag}` }, "failed", "failed"],
    [{ "if-match": `w/"x", ${etag}` }, "failed", "failed"],
    [{ "if-match": "\"ABC\"" }, "failed", "failed"],
    [{ "if-unmodified-since": then }, "perform", "perform"],
    [{ "if-unmodified-since": after }, "perform", "perform"],
    [{ "if-unmodified-since": before }, "failed", "failed"],
    [{ "if-unmodified-since": "yesterday" }, "perform", "perform"],
    // If-Match takes precedence (13.1.4)
    [{ "if-match": etag, "if-unmodified-since": before }, "perform", "perform"],
    [{ "if-match": "\"zz\"", "if-unmodified-since": after }, "failed", "failed"],
    [{ "if-none-match": etag }, "not modified", "failed"],
    [{ "if-none-match": `W/${etag}` }, "not modified", "failed"],
    [{ "if-none-match": `"x", ${etag}` }, "not modified", "failed"],
    [{ "if-none-match": "*" }, "not modified", "failed"],
    [{ "if-none-match": "\"x\"" }, "perform", "perform"],
    [{ "if-none-match": "\"x,\", \"abc,\"" }, "perform", "perform"],
    // unreadable: the client gets the bytes, and nothing is changed
    [{ "if-none-match": "abc" }, "perform", "failed"],
    [{ "if-none-match": "" }, "perform", "failed"],
    [{ "if-modified-since": then }, "not modified", "perform"],
    [{ "if-modified-since": after }, "not modified", "perform"],
    [{ "if-modified-since": before }, "perform", "perform"],
    [{ "if-modified-since": "0" }, "perform", "perform"],
    // If-None-Match takes precedence (13.1.3)
    [{ "if-none-match": "\"x\"", "if-modified-since": after }, "perform", "perform"],
    [{ "if-none-match": etag, "if-modified-since": before }, "not modified", "failed"],
    // the first two take precedence over the others (13.2.2)
    [{ "if-match": "\"zz\"", "if-none-match": etag }, "failed", "failed"],
    [{ "if-match": etag, "if-none-match": etag }, "not modified", "failed"],
    [{ "if-unmodified-since": before, "if-modified-since": after }, "failed", "failed"],
    [{ "if-unmodified-since": after, "if-modified-since": then }, "not modified", "perform"]
  ]

  it.each(cases)("%j", (headers, read, change) => {
    for (const method of ["GET", "HEAD"] as const) {
      expect(evaluate(asked(method, headers), { etag, lastModified }, now)).toBe(read)
    }
    expect(evaluate(asked("DELETE", headers), { etag, lastModified }, now)).toBe(change)
  })

  it("reads a long list in linear time", () => {
    for (const text of ["\"a\"", "\"", ",", " ", "W/", "\"a\", "]) {
      const headers = { "if-match": text.repeat(20_000) }
      expect(evaluate(asked("GET", headers), { etag, lastModified }, now)).toBe("failed")
    }
  })
})

describe("evaluate without validators", () => {
  const cases: ReadonlyArray<readonly [headers: Given, resource: Resource, read: Verdict, change: Verdict]> = [
    [{ "if-match": "*" }, "untagged", "perform", "perform"],
    [{ "if-match": "*" }, "absent", "failed", "failed"],
    [{ "if-match": etag }, "untagged", "failed", "failed"],
    [{ "if-match": etag }, "absent", "failed", "failed"],
    [{ "if-none-match": "*" }, "untagged", "not modified", "failed"],
    [{ "if-none-match": "*" }, "absent", "perform", "perform"],
    [{ "if-none-match": etag }, "untagged", "perform", "perform"],
    [{ "if-none-match": "abc" }, "untagged", "perform", "failed"],
    [{ "if-match": "*", "if-none-match": "*" }, "untagged", "not modified", "failed"],
    [{ "if-unmodified-since": before }, "untagged", "perform", "perform"],
    [{ "if-modified-since": after }, "untagged", "perform", "perform"]
  ]

  it.each(cases)("%j of a resource that is %s", (headers, resource, read, change) => {
    expect(evaluate(asked("GET", headers), resource, now)).toBe(read)
    expect(evaluate(asked("DELETE", headers), resource, now)).toBe(change)
  })
})

describe("rangeOf", () => {
  const range = "bytes=0-1"
  const cases: ReadonlyArray<readonly [ifRange: string, counts: boolean]> = [
    [etag, true],
    [then, true],
    ["Sunday, 06-Nov-94 08:49:37 GMT", true],
    [`W/${etag}`, false],
    ["\"x\"", false],
    ["*", false],
    [`${etag}, "x"`, false],
    [before, false],
    [after, false],
    ["", false]
  ]

  it.each(cases)("with If-Range: %s", (ifRange, counts) => {
    const given = asked("GET", { range, "if-range": ifRange })
    expect(rangeOf(given, { etag, lastModified }, now)).toBe(counts ? range : undefined)
  })

  it("counts on GET alone", () => {
    expect(rangeOf(asked("GET", { range }), { etag, lastModified }, now)).toBe(range)
    expect(rangeOf(asked("HEAD", { range }), { etag, lastModified }, now)).toBe(undefined)
  })
})

describe("HttpDate", () => {
  it("reads the three forms", () => {
    const at = Date.UTC(1994, 10, 6, 8, 49, 37)
    for (const written of [then, "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", ` ${then} `]) {
      expect(HttpDate.parse(written, now)).toEqual(Option.some(at))
    }
    expect(HttpDate.format(at)).toBe(then)
  })

  it("reads two-digit years more than fifty years ahead as past", () => {
    const year = (digits: string) =>
      Option.map(
        HttpDate.parse(`Sunday, 06-Nov-${digits} 08:49:37 GMT`, now),
        (at) => DateTime.getPartUtc(DateTime.unsafeMake(at), "year")
      )
    expect(["94", "76", "77", "26", "00"].map(year)).toEqual([1994, 2076, 1977, 2026, 2000].map(Option.some))
  })

  it.each([
    "",
    "0",
    "1994-11-06T08:49:37Z",
    "Sun, 31 Feb 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 24:00:00 GMT",
    "Sun, 06 Nov 1994 08:60:00 GMT",
    "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 06 Nov 1994 08:49:37 +0100",
    "Son, 06 Nov 1994 08:49:37 GMT",
    "Sun, 00 Nov 1994 08:49:37 GMT",
    "Sun, 6 Nov 1994 08:49:37 GMT"
  ])("reads nothing in %s", (written) => {
    expect(HttpDate.parse(written, now)).toEqual(Option.none())
  })
})
