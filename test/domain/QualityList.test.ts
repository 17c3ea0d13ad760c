import { describe, expect, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { parse } from "../../src/domain/QualityList.ts"
import { type Language, negotiate } from "../../src/domain/Text.ts"

describe("a quality list", () => {
  const qualities = (header: string) => parse(header).map(({ quality, range }) => [range, quality])

  it("is read with weights, parameters and quoted commas", () => {
    expect(parse("Text/HTML;level=1;Q=0.5 , a/b;t=\"x,\\\"y;q=0\"")).toEqual([
      { range: "text/html", parameters: new Map([["level", "1"]]), quality: 0.5 },
      { range: "a/b", parameters: new Map([["t", "x,\"y;q=0"]]), quality: 1 }
    ])
    expect(qualities("a;q=1.000, b;q=0, c;q=0.001, d; q=1;, e ;q=.2, f;q=0.33333, g;q=\"0.5\"")).toEqual([
      ["a", 1],
      ["b", 0],
      ["c", 0.001],
      ["d", 1],
      ["e", 0.2],
      ["f", 0.33333],
      ["g", 0.5]
    ])
  })

  it("expresses no preference by empty and malformed elements", () => {
    expect(qualities(", a,, ;q=1, b;q=2, c;q=-1, d;q=x, e;q=, f;q=1.5, a b, g;t, h;t=\"u, i, j")).toEqual([["a", 1]])
    expect(qualities("")).toEqual([])
  })

  it("is read in linear time", () => {
    for (const text of ["\"", ";", ",", "a;q=", "\\\"", "a\"b\\"]) expect(parse(text.repeat(20_000))).toBeDefined()
  })
})

describe("negotiate", () => {
  const cases: ReadonlyArray<readonly [header: string, language: Language]> = [
    ["fr;q=0, *", "en"],
    ["*, fr;q=0", "en"],
    ["fr;q=0.0, *;q=0.001", "en"],
    ["FR;Q=0,*", "en"],
    ["en;q=0, *", "fr"],
    ["fr;q=0", "en"],
    ["fr;q=0, de", "en"],
    ["fr;q=0, en;q=0", "fr"],
    ["*;q=0", "fr"],
    ["*;q=0, en", "en"],
    ["*;q=0, en;q=0.1", "en"],
    ["", "fr"],
    ["*", "fr"],
    ["*, en;q=0.5", "fr"],
    ["*;q=0.5, en", "en"],
    // a wildcard among other ranges expresses no preference (RFC 4647, 3.4)
    ["*, en", "en"],
    ["en, fr", "en"],
    ["fr, en", "fr"],
    ["en;q=0.8, fr;q=0.8", "en"],
    ["fr;q=0.8, en;q=0.8", "fr"],
    ["en;q=0.8, fr;q=0.9", "fr"],
    ["en-US,en;q=0.5,fr;q=0.3", "en"],
    ["en-US, fr;q=0.9, en;q=0.1", "en"],
    ["fr-CA, en;q=0.9", "fr"],
    ["en-US;q=0, *", "fr"],
    ["en-US;q=0, en", "en"],
    ["en;q=0, en-US, fr;q=0.1", "fr"],
    ["de, en;q=0.1", "en"],
    ["de", "fr"],
    ["eng, fre", "fr"],
    ["en;q=2, fr;q=0.1", "fr"],
    ["de;q=0, en-GB-oed;q=0.2", "en"]
  ]

  it.each(cases)("%s is %s", (header, language) => {
    expect(negotiate(header)).toBe(language)
  })

  it("never fails, and returns a language that we have", () => {
    const element = fc.tuple(
      fc.constantFrom("fr", "en", "*", "en-US", "de", "\"", ""),
      fc.constantFrom("", ";q=0", ";q=1")
    )
    fc.assert(fc.property(fc.oneof(fc.string(), fc.array(element).map((list) => list.join(","))), (header) => {
      expect(["fr", "en"]).toContain(negotiate(header))
    }))
  })
})
