import { describe, expect, it } from "@effect/vitest"
import { DateTime, FastCheck as fc, Option } from "effect"
import { canonical } from "../../../../src/platform/http/idempotency/fingerprint.ts"

describe("canonical", () => {
  it.prop("is the same for every order of the members, and JSON reads it back", [fc.jsonValue()], ([value]) => {
    const reversed = (one: unknown): unknown => {
      if (Array.isArray(one)) return one.map(reversed)
      return typeof one === "object" && one !== null
        ? Object.fromEntries(Object.entries(one).reverse().map(([name, member]) => [name, reversed(member)]))
        : one
    }
    expect(canonical(reversed(value))).toBe(canonical(value))
    expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)))
  })

  it("treats an absent member and an undefined one alike", () => {
    expect(canonical({ a: 1, b: undefined })).toBe(canonical({ a: 1 }))
  })

  it("distinguishes different values, beyond JSON too", () => {
    const different = [
      null,
      undefined,
      0,
      "0",
      0n,
      "0n",
      NaN,
      [],
      {},
      [0],
      [[0]],
      "a,b",
      ["a", "b"],
      ["a,b"],
      { a: 1 },
      { a: "1" },
      Option.none(),
      Option.some(0),
      Option.some(1n),
      DateTime.toDateUtc(DateTime.unsafeMake(0)),
      DateTime.toDateUtc(DateTime.unsafeMake(1)),
      new Map([["a", 1]]),
      new Map([["a", 2]]),
      new Set([1])
    ]
    expect(new Set(different.map(canonical)).size).toBe(different.length)
  })
})
