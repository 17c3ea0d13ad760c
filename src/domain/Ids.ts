import { Schema } from "effect"

const largestId = Number.MAX_SAFE_INTEGER

/** An id: a whole number from 1 to 2^53-1, the largest that JSON readers everywhere keep exactly. */
export const Id = Schema.Int.pipe(
  Schema.between(1, largestId, { message: () => `must be a whole number from 1 to ${largestId}` })
)

/** A whole number written in decimal digits and nothing else: no sign, space, exponent, fraction or leading zeros. */
export const DigitsToNumber = Schema.transform(
  Schema.String.pipe(
    Schema.pattern(/^(0|[1-9][0-9]{0,15})$/, { message: () => "must be a whole number written in decimal digits" })
  ),
  Schema.Number,
  { strict: true, decode: Number, encode: String }
)

/** A number given as JSON, or as digits in a path or query. */
const fromText = <A extends number, I extends number>(schema: Schema.Schema<A, I>) =>
  Schema.compose(DigitsToNumber, schema, { strict: false })

export const UserId = Id.pipe(Schema.brand("UserId")).annotations({
  identifier: "UserId",
  description: "Id of a user, 1 to 2^53-1"
})
export type UserId = typeof UserId.Type
export const UserIdFromText = fromText(UserId).annotations({ description: "Id of a user, 1 to 2^53-1" })

export const PostId = Id.pipe(Schema.brand("PostId")).annotations({ identifier: "PostId" })
export type PostId = typeof PostId.Type
export const PostIdFromText = fromText(PostId)

export const ClientId = Id.pipe(Schema.brand("ClientId")).annotations({
  identifier: "ClientId",
  description: "Id that a chat client gives itself, 1 to 2^53-1"
})
export type ClientId = typeof ClientId.Type
export const ClientIdFromText = fromText(ClientId)
