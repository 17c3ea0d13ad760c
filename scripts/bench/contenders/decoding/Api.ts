import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "@effect/platform"
import { Schema } from "effect"
import { DigitsToNumber, Id, idFromText } from "../../../../src/domain/Ids.ts"
import * as Problem from "../../../../src/domain/Problem.ts"

const Limit = Schema.compose(
  DigitsToNumber,
  Schema.Int.pipe(Schema.between(1, 1000, { message: () => "must be a whole number from 1 to 1000" })),
  { strict: false }
)
const Text = Schema.String.pipe(Schema.minLength(1), Schema.maxLength(200))

const Line = Schema.Struct({
  sku: Schema.String.pipe(Schema.pattern(/^[A-Z0-9-]{1,40}$/)),
  quantity: Schema.Int.pipe(Schema.between(1, 1000)),
  cents: Schema.Int.pipe(Schema.between(0, 100_000_000))
})

const Order = Schema.Struct({
  reference: Id,
  customer: Schema.String.pipe(Schema.minLength(1), Schema.maxLength(100)),
  currency: Schema.Literal("EUR", "USD"),
  express: Schema.Boolean,
  lines: Schema.Array(Line).pipe(Schema.minItems(1), Schema.maxItems(100))
})

const Receipt = Schema.Struct({
  reference: Id,
  customer: Schema.String,
  currency: Schema.Literal("EUR", "USD"),
  pieces: Schema.Int,
  total_cents: Schema.Int
})

const Item = Schema.Struct({
  id: Id,
  limit: Schema.Int,
  text: Schema.String,
  length: Schema.Int,
  even: Schema.Boolean
})

const id = HttpApiSchema.param("id", idFromText(Id, "Id of an item, 1 to 2^53-1"))

/** Operations that only decode, check and encode, which the product does not have. */
export const DecodingApi = HttpApiGroup.make("decoding")
  .add(
    HttpApiEndpoint.get("item")`/items/${id}`
      .setUrlParams(Schema.Struct({ limit: Limit, text: Text }))
      .addSuccess(Item)
  )
  .add(HttpApiEndpoint.post("order", "/orders").setPayload(Order).addSuccess(Receipt))

export const Api = HttpApi.make("decoding")
  .add(DecodingApi)
  .addError(Problem.InvalidInput)
  .addError(Problem.PayloadTooLarge)
  .addError(Problem.UnsupportedMediaType)
