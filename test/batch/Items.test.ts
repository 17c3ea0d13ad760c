import { HttpApi, OpenApi } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { Either, FastCheck, ParseResult, Schema } from "effect"
import { BatchApi } from "../../src/batch/Api.ts"
import { Items } from "../../src/batch/Items.ts"
import { anyCharacter } from "../support/anyCharacter.ts"

const decode = Schema.decodeUnknownEither(Items, { errors: "all" })

const issuesOf = (input: unknown) =>
  Either.match(decode(input), {
    onLeft: (error) =>
      ParseResult.ArrayFormatter.formatErrorSync(error).map(({ message, path }) => ({ message, path })),
    onRight: () => []
  })

const rule = "must be a string of at most 10000 characters"

describe("Items", () => {
  it.prop(
    "any strings pass unchanged, both ways",
    [FastCheck.array(FastCheck.string({ unit: anyCharacter }))],
    ([items]) => {
      expect(decode(items)).toEqual(Either.right(items))
      expect(Schema.encodeSync(Items)(items)).toEqual(items)
    }
  )

  it("an item has at most 10,000 characters", () => {
    expect(Either.isRight(decode(["x".repeat(10_000)]))).toBe(true)
    expect(issuesOf(["a", "x".repeat(10_001)])).toEqual([{ message: rule, path: [1] }])
  })

  it.each([[{}], [null], ["a"], [7]])("%j is no batch", (input) => {
    expect(issuesOf(input)).toEqual([{ message: "must be an array of strings", path: [] }])
  })

  it("wrong items are named, at most ten", () => {
    expect(issuesOf([1, "a", null, true])).toEqual([0, 2, 3].map((index) => ({ message: rule, path: [index] })))
    expect(issuesOf(Array.from({ length: 100_000 }, () => 1))).toHaveLength(10)
  })

  it("is documented as an array of strings, and the answer as JSON or events", () => {
    const { paths } = OpenApi.fromApi(HttpApi.make("test").add(BatchApi))
    const operation = paths["/batch-process"]?.post
    expect(operation?.requestBody?.content["application/json"]?.schema).toMatchObject({
      type: "array",
      items: { type: "string", maxLength: 10_000 }
    })
    expect(operation?.parameters).toMatchObject([{ name: "concurrency", in: "query", required: false }])
    expect(Object.keys(operation?.responses[200]?.content ?? {})).toEqual(["application/json", "text/event-stream"])
  })
})
