import { describe, expect, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import { decode, judge, run } from "../../../src/simulation/gallery/Lesson.ts"
import { figurePaths } from "../../../src/simulation/gallery/Measure.ts"
import { mergePatch } from "../../../src/simulation/gallery/mergePatch.ts"
import { flattened } from "../../../src/simulation/intervals.ts"

const text = { fr: "un texte", en: "a text" }

/** A lesson on 20 requests, of which the variant `failing` loses all. */
const file = {
  name: "small",
  title: text,
  see: text,
  why: text,
  instead: text,
  sources: ["this test"],
  scenario: {
    requests: 20,
    arrivals: { kind: "regular", rate: 10 },
    upstream: { service: { kind: "constant", value: "100 millis" } },
    policy: { timeout: "1 second" }
  },
  variants: [
    { name: "base", text, changes: {} },
    { name: "failing", text, changes: { upstream: { failure: 1 }, policy: { timeout: null } } }
  ],
  claims: [
    { text, measure: { of: "base", figure: "succeeded", per: "requests" }, is: "greater", than: 0.99 },
    {
      text,
      measure: { of: "failing", figure: "succeeded" },
      is: "less",
      than: { of: "base", figure: "succeeded" },
      times: 0.5
    },
    {
      text,
      measure: { of: "base", series: "goodput", from: "1 second", to: "2 seconds" },
      is: "greater",
      than: { of: "failing", series: "goodput", from: "1 second", to: "2 seconds", take: "most" }
    }
  ]
}

const issueOf = (changes: unknown): string =>
  Either.match(decode(mergePatch(file, changes)), { onLeft: ({ issue }) => issue, onRight: () => "a lesson" })

describe("a lesson", () => {
  it.effect("runs its variants, and judges its claims by their figures", () =>
    Effect.gen(function*() {
      const report = yield* run(yield* decode(file))
      expect(report.runs.map(({ result, variant }) => [variant, result.succeeded])).toEqual([["base", 20], [
        "failing",
        0
      ]])
      expect(report.verdicts.map(({ expected, got, holds }) => [got, expected, holds])).toEqual([
        [1, 0.99, true],
        [0, 10, true],
        [10, 0, true]
      ])
    }))

  it.effect("fails a claim once its scenario no longer shows it", () =>
    Effect.gen(function*() {
      const broken = yield* decode(mergePatch(file, { scenario: { upstream: { failure: 1 } } }))
      const { verdicts } = yield* run(broken)
      expect(verdicts.map(({ holds }) => holds)).toEqual([false, false, false])
    }))

  it.effect("holds no claim on a variant that was not run", () =>
    Effect.gen(function*() {
      const verdicts = judge(yield* decode(file), [])
      expect(verdicts.map(({ got, holds }) => [got, holds])).toEqual([[Number.NaN, false], [Number.NaN, false], [
        Number.NaN,
        false
      ]])
    }))

  it.effect("gives each variant's scenario its name and its text", () =>
    Effect.gen(function*() {
      const { variants } = yield* decode(file)
      expect(variants.map(({ scenario }) => [scenario.name, scenario.description, Object.keys(scenario.policy)]))
        .toEqual([
          ["small, base", text, ["timeout"]],
          ["small, failing", text, []]
        ])
    }))

  it("is refused with the field that is wrong", () => {
    expect(issueOf({})).toBe("a lesson")
    expect(issueOf({ name: "Big Name" })).toBe("name: must be made of a-z, 0-9 and hyphens")
    expect(issueOf({ titel: text })).toBe("titel: extra fields are not permitted here")
    expect(issueOf({ see: { fr: "  " } })).toBe("see.fr: must not be empty")
    expect(issueOf({ why: { en: null } })).toBe("why.en: field required")
    expect(issueOf({ variants: [file.variants[0], file.variants[0]] })).toBe("variants: must have different names")
    expect(issueOf({ claims: [{ ...file.claims[0], measure: { of: "base", figure: "p99" } }] })).toMatch(
      /^claims\.0\.measure/
    )
    expect(issueOf({ claims: [{ ...file.claims[0], measure: { of: "other", figure: "succeeded" } }] }))
      .toBe("claims.0: measures a variant that does not exist")
    expect(issueOf({ scenario: { upstream: { servers: 0 } } }))
      .toBe("the scenario of the variant base: upstream.servers: must be a whole number from 1 to 1000000")
    expect(
      issueOf({ variants: [{ name: "base", text, changes: { policy: { timeuot: "1 second" } } }, file.variants[1]] })
    )
      .toBe("the scenario of the variant base: policy.timeuot: extra fields are not permitted here")
  })
})

describe("the figures of claims", () => {
  it.effect("are those of a result", () =>
    Effect.gen(function*() {
      const { runs: [first] } = yield* run(yield* decode(file))
      const { seed: _seed, series: _series, ...figures } = first?.result ?? { seed: 0, series: [] }
      const paths = flattened(figures).map(([path]) => path)
      expect(figurePaths.filter((path) => !path.startsWith("failed."))).toEqual(
        paths.filter((path) => !path.startsWith("failed."))
      )
    }))
})

describe("a merge patch", () => {
  it("merges objects, replaces arrays and removes what is null, as in the examples of RFC 7396", () => {
    const examples: ReadonlyArray<readonly [unknown, unknown, unknown]> = [
      [{ a: "b" }, { a: "c" }, { a: "c" }],
      [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
      [{ a: "b" }, { a: null }, {}],
      [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
      [{ a: ["b"] }, { a: "c" }, { a: "c" }],
      [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
      [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
      [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
      [["a", "b"], ["c", "d"], ["c", "d"]],
      [{ a: "b" }, ["c"], ["c"]],
      [{ a: "foo" }, null, null],
      [{ a: "foo" }, "bar", "bar"],
      [{ e: null }, { a: 1 }, { e: null, a: 1 }],
      [[1, 2], { a: "b", c: null }, { a: "b" }],
      [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }]
    ]
    for (const [target, patch, expected] of examples) expect(mergePatch(target, patch)).toEqual(expected)
  })
})
