import { ParseResult, Schema } from "effect"
import { ClientId } from "../domain/Ids.ts"
import { InputIssue } from "../domain/Problem.ts"
import { rule } from "../domain/Rule.ts"
import * as JsonBody from "../platform/http/contract/JsonBody.ts"

/** The subprotocol of the JSON messages below. Without a subprotocol a client speaks the handbook's plain texts. */
export const jsonProtocol = "barista.v1+json"

/** The subprotocol of the handbook's plain texts, for clients that must offer one, such as those with a token. */
export const textProtocol = "barista.v1+text"

/** A message of a JSON client, to everyone or to the sockets of one client id. */
export const ClientMessage = Schema.Union(
  Schema.Struct({ kind: Schema.Literal("message"), text: Schema.String }),
  Schema.Struct({ kind: Schema.Literal("personal"), to: ClientId, text: Schema.String })
)
export type ClientMessage = typeof ClientMessage.Type

const { fields: envelope } = Schema.Struct({
  /** Grows with every event of the room. A client sees gaps for the personal messages of others. */
  id: Schema.Int,
  client_id: ClientId,
  time: Schema.DateTimeUtc
})

/** An event in the room, caused by `client_id`. */
export const Event = Schema.Union(
  Schema.Struct({ ...envelope, kind: Schema.Literal("message"), text: Schema.String }),
  Schema.Struct({ ...envelope, kind: Schema.Literal("personal"), to: ClientId, text: Schema.String }),
  Schema.Struct({ ...envelope, kind: Schema.Literal("joined") }),
  Schema.Struct({ ...envelope, kind: Schema.Literal("left") })
)
export type Event = typeof Event.Type

/** The answer to a message that is invalid or cannot be delivered; the socket stays open. */
export const ErrorMessage = Schema.Struct({
  kind: Schema.Literal("error"),
  detail: Schema.String,
  errors: Schema.Array(InputIssue)
})

/**
 * Reads JSON as written, like the body of a request: `1.0000000000000001` is no client id, and two receivers are an
 * error.
 */
const Written = Schema.transformOrFail(Schema.String, Schema.Unknown, {
  strict: true,
  decode: (json, _, ast) =>
    ParseResult.try({
      try: () => JsonBody.asWritten(json, JSON.parse(json), ["kind", "to", "text"]),
      catch: () => new ParseResult.Type(ast, json)
    }),
  encode: (value) => ParseResult.succeed(JSON.stringify(value))
}).annotations(rule("doit être du JSON (RFC 8259)", "must be JSON (RFC 8259)"))

export const decodeClientMessage = Schema.decodeUnknown(Schema.compose(Written, ClientMessage), { errors: "all" })
export const encodeEvent = Schema.encodeSync(Schema.parseJson(Event))
export const encodeErrorMessage = Schema.encodeSync(Schema.parseJson(ErrorMessage))

/**
 * Renders the event as plain text: the handbook's for messages and leaving. The handbook has no text for joining, and
 * none for a personal message, which reads `Client 1 to client 2: TEXT` here.
 */
export const plainText = (event: Event): string | undefined => {
  switch (event.kind) {
    case "message":
      return `Client ${event.client_id}: ${event.text}`
    case "personal":
      return `Client ${event.client_id} to client ${event.to}: ${event.text}`
    case "left":
      return `Client ${event.client_id} left the chat`
    case "joined":
      return undefined
  }
}
