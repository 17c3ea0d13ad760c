import { HttpApiSchema } from "@effect/platform"
import { JSONSchema, Schema } from "effect"

const anyInteger = {
  type: "integer",
  description: "Exact: every digit counts, beyond 2^53 too",
  examples: [333332833333500000]
}

// the digits of `result`, outside and inside quotes; a quote within a JSON string is escaped, so a text can never look like this key
const digits = /"result"\s*:\s*(-?\d+)/
const quotedDigits = /"result":"(-?\d+)"/

/**
 * JSON whose `result` is an integer of any size, written as its digits and read as a BigInt; `JSON.parse` and `JSON.stringify` would
 * make a double of it. In a contract it is an answer of `application/json`. `fields` are the object's other members, none of which may have a member `result` within.
 */
export const withExactResult = <Fields extends Schema.Struct.Fields>(fields: Fields) => {
  const { $schema: _, ...jsonSchema } = JSONSchema.make(
    Schema.Struct({ result: Schema.Unknown.annotations({ jsonSchema: anyInteger }), ...fields })
  )
  const schema = Schema.transform(
    Schema.String,
    Schema.parseJson(Schema.Struct({ result: Schema.BigInt, ...fields })),
    {
      strict: true,
      decode: (json) => json.replace(digits, `"result":"$1"`),
      encode: (json) => json.replace(quotedDigits, `"result":$1`)
    }
  ).annotations({ jsonSchema })
  return HttpApiSchema.withEncoding(schema, { kind: "Text", contentType: "application/json" })
}
