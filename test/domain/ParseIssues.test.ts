import { describe, expect, it } from "@effect/vitest"
import { Either, Schema } from "effect"
import { fromJson } from "../../src/domain/Json.ts"
import { wholeNumber } from "../../src/domain/Numbers.ts"
import { sentenceOf } from "../../src/domain/ParseIssues.ts"

const Rate = Schema.Struct({ kind: Schema.Literal("open", "regular"), rate: wholeNumber(1, 9) })
const Phases = Schema.Struct({ kind: Schema.Literal("open", "regular"), phases: Schema.Array(wholeNumber(1, 9)) })
const Burst = Schema.Struct({ kind: Schema.Literal("burst"), clients: wholeNumber(1, 9) })
const Value = fromJson(Schema.Struct({ at: Schema.Union(wholeNumber(1, 9), Rate, Phases, Burst) }))

const refusal = (json: string) =>
  Either.match(Schema.decodeUnknownEither(Value, { errors: "all" })(json), {
    onRight: () => "accepted",
    onLeft: sentenceOf
  })

describe("the issues of a value", () => {
  it.each([
    ["{\"at\":3}", "accepted"],
    ["{\"at\":0}", "at: must be a whole number from 1 to 9"],
    ["{\"at\":{\"kind\":\"open\",\"rate\":0}}", "at.rate: must be a whole number from 1 to 9"],
    [
      "{\"at\":{\"kind\":\"open\",\"phases\":[1,0,10]}}",
      "at.phases.1: must be a whole number from 1 to 9; at.phases.2: must be a whole number from 1 to 9"
    ],
    ["{\"at\":{\"kind\":\"open\"}}", "at: must be a whole number or an object"],
    ["{\"at\":{\"kind\":\"burst\",\"clients\":0}}", "at.clients: must be a whole number from 1 to 9"],
    ["{}", "at: field required"],
    ["", "must be JSON (RFC 8259)"]
  ])("of %s name the member that its author meant", (json, expected) => {
    expect(refusal(json)).toBe(expected)
  })
})
