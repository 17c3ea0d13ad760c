import { describe, expect, it } from "@effect/vitest"
import { FastCheck as fc, Predicate } from "effect"
import { UnusableValue } from "../../../../src/domain/ParseIssues.ts"
import { asWritten, isKept } from "../../../../src/platform/http/contract/JsonBody.ts"

const read = (json: string, ...names: ReadonlyArray<string>) => asWritten(json, JSON.parse(json), names)

describe("a JSON text", () => {
  it("is read as by JSON.parse if that changes nothing", () => {
    fc.assert(fc.property(fc.json(), fc.integer({ min: 0, max: 4 }), (json, spaces) => {
      // the backslash and the exponent force a second reading
      const text = JSON.stringify({ "\\": 1e300, json: JSON.parse(json) }, undefined, spaces)
      expect(read(text, "json")).toEqual(JSON.parse(text))
    }))
    const own = read(`{"__proto__":1,"a":"\\u0022[{:,1e5","b":[],"c":{},"d":[[1e2],{}]}`, "a")
    expect(JSON.stringify(own)).toBe(`{"__proto__":1,"a":"\\"[{:,1e5","b":[],"c":{},"d":[[100],{}]}`)
  })

  it("refuses a number that a double would change", () => {
    const kept = ["0.1", "1.0", "1e2", "-0", "0e5", "9007199254740991", "1.7976931348623157e308", "5e-324", "0.30000"]
    expect(kept.filter((number) => !isKept(number))).toEqual([])
    const changed = ["0.29999999999999999", "9007199254740993", "1e309", "-1e309", "1e-400", "1.0000000000000001"]
    expect(changed.filter(isKept)).toEqual([])
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      expect(isKept(String(number))).toBe(true)
    }))
    fc.assert(fc.property(fc.maxSafeInteger().filter((whole) => whole !== 0), (whole) => {
      // 24 digits more than a double has
      expect(isKept(`${whole}.000000000000000000000001`)).toBe(false)
    }))
    const nested = read(`[{"a":[1e400,1]}]`)
    expect(nested).toEqual([{ a: [expect.any(UnusableValue), 1] }])
  })

  it("has at most one value of each member", () => {
    const valueOf = (json: string) => {
      const value = read(json, "a")
      return Predicate.isRecord(value) ? value["a"] : undefined
    }
    for (const json of [`{"a":1,"a":2}`, `{"a":1,"\\u0061":2}`, `{"a":1,"a":1.0}`, `{"a":1,"a":1,"a":2}`]) {
      expect([json, valueOf(json)]).toEqual([json, expect.any(UnusableValue)])
    }
    for (const json of [`{"a":1,"a":1}`, `{"a" : 1 , "a":1}`, `{"a":1,"b":{"a":2}}`]) {
      expect([json, valueOf(json)]).toEqual([json, 1])
    }
  })
})
