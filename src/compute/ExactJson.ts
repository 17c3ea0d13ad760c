import { HttpApiSchema } from "@effect/platform"
import { JSONSchema, Schema } from "effect"

const anyInteger = {
  type: "integer",
  description: "Exact in every digit, beyond 2^53 too",
  examples: [333332833333500000]
}

// the digits of `result`, bare or quoted; a quote inside a JSON string is escaped, so no text can look like this key
const digits = /"result"\s*:\s*(-?\d+)/
const quotedDigits = /"result":"(-?\d+)"/

/**
 * JSON whose `result` is an integer of any size, written in digits and read as a BigInt; `JSON.parse` and
 * `JSON.stringify` would round it to a double. In a contract the type is an answer of `application/json`. `fields` are
 * the object's other members, none of which may contain a member `result`.
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
