import { Schema } from "effect"
import { rule } from "./Rule.ts"

const largestId = Number.MAX_SAFE_INTEGER

/** A whole number from 1 to 2^53-1, the largest that JSON readers everywhere keep exactly. */
export const Id = Schema.Int.pipe(
  Schema.between(
    1,
    largestId,
    rule(`doit être un entier de 1 à ${largestId}`, `must be a whole number from 1 to ${largestId}`)
  )
).annotations({ description: "1 to 2^53-1", examples: [1] })

/** Reads a whole number from decimal digits alone: no sign, space, exponent, fraction or leading zeros. */
export const DigitsToNumber = Schema.transform(
  Schema.String.pipe(
    Schema.pattern(
      /^(0|[1-9][0-9]{0,15})$/,
      rule(
        "doit être un entier de 16 chiffres décimaux au plus, sans signe ni zéro en tête",
        "must be a whole number of at most 16 decimal digits, without a sign or leading zeros"
      )
    )
  ),
  Schema.Number,
  { strict: true, decode: Number, encode: String }
)

/** Reads an id from digits in a path or query; the contract documents an integer. */
export const idFromText = <A extends number, I extends number>(schema: Schema.Schema<A, I>, description: string) =>
  Schema.compose(DigitsToNumber, schema, { strict: false }).annotations({
    jsonSchema: { type: "integer", minimum: 1, maximum: largestId, description, examples: [1] }
  })

const userDescription = "Id of a user, 1 to 2^53-1"
const postDescription = "Id of a post, 1 to 2^53-1"
const clientDescription = "Id that the chat client chooses, 1 to 2^53-1"

export const UserId = Id.pipe(Schema.brand("UserId")).annotations({
  identifier: "UserId",
  description: userDescription
})
export type UserId = typeof UserId.Type
export const UserIdFromText = idFromText(UserId, userDescription)

export const PostId = Id.pipe(Schema.brand("PostId")).annotations({
  identifier: "PostId",
  description: postDescription
})
export type PostId = typeof PostId.Type
export const PostIdFromText = idFromText(PostId, postDescription)

export const ClientId = Id.pipe(Schema.brand("ClientId")).annotations({
  identifier: "ClientId",
  description: clientDescription
})
export type ClientId = typeof ClientId.Type
export const ClientIdFromText = idFromText(ClientId, clientDescription)
