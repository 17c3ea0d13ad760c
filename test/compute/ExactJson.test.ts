import { HttpApi, HttpApiEndpoint, HttpApiGroup, OpenApi } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { FastCheck, Schema } from "effect"
import { BlockingSum, Sum } from "../../src/compute/Api.ts"
import { withExactResult } from "../../src/compute/ExactJson.ts"

const Answer = withExactResult({ note: Schema.String })
const decode = Schema.decodeUnknownEither(Answer)

describe("withExactResult", () => {
  it.prop(
    "writes the digits of any integer and reads them back as a BigInt, whatever the other members say",
    { result: FastCheck.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }), note: FastCheck.string() },
    ({ note, result }) => {
      const json = Schema.encodeSync(Answer)({ result, note })
      expect(json).toBe(`{"result":${result},"note":${JSON.stringify(note)}}`)
      expect(Schema.decodeSync(Answer)(json)).toEqual({ result, note })
    }
  )

  it.each([`"result":7`, `{"result":7}`, `\\"result":"7"`])("leaves a similar text unchanged: %s", (note) => {
    const json = Schema.encodeSync(Answer)({ result: 9_007_199_254_740_993n, note })
    expect(json).toBe(`{"result":9007199254740993,"note":${JSON.stringify(note)}}`)
    expect(Schema.decodeSync(Answer)(json)).toEqual({ result: 9_007_199_254_740_993n, note })
  })

  it("reads a document that puts spaces between its tokens", () => {
    expect(Schema.decodeSync(Answer)(`{ "note": "a",\n "result" : 12 }`)).toEqual({ result: 12n, note: "a" })
  })

  it.each(["1.5", "1e3", "null", `"seven"`, "01x"])("refuses %s for an integer", (written) => {
    expect(decode(`{"result":${written},"note":""}`)._tag).toBe("Left")
  })

  it("is documented as an object with an integer", () => {
    const group = HttpApiGroup.make("sums")
      .add(HttpApiEndpoint.get("sum", "/sum").addSuccess(Sum))
      .add(HttpApiEndpoint.get("blocking", "/blocking").addSuccess(BlockingSum))
    const { paths } = OpenApi.fromApi(HttpApi.make("test").add(group))
    const schemaOf = (path: string) => paths[path]?.get?.responses[200]?.content?.["application/json"]?.schema
    const result = {
      type: "integer",
      description: "Exact in every digit, beyond 2^53 too",
      examples: [333332833333500000]
    }
    expect(schemaOf("/sum")).toEqual({
      type: "object",
      required: ["result"],
      properties: { result },
      additionalProperties: false
    })
    expect(schemaOf("/blocking")).toMatchObject({
      required: ["result", "eventLoop"],
      properties: {
        result,
        eventLoop: { type: "object", properties: { blockedFor: { type: "number" } } }
      }
    })
  })
})
