import { ParseResult, Schema } from "effect"
import { ClientId } from "../domain/Ids.ts"
import { InputIssue } from "../domain/Problem.ts"
import { rule } from "../domain/Rule.ts"
import * as JsonBody from "../platform/http/contract/JsonBody.ts"

/** The subprotocol of the JSON messages below; without it a client speaks the handbook's plain texts. */
export const jsonProtocol = "barista.v1+json"

/** The subprotocol of the handbook's plain texts: only for a client that has to offer one, as one with a token has. */
export const textProtocol = "barista.v1+text"

/** What a JSON client says: to everyone, or to the sockets of one client id. */
export const ClientMessage = Schema.Union(
  Schema.Struct({ kind: Schema.Literal("message"), text: Schema.String }),
  Schema.Struct({ kind: Schema.Literal("personal"), to: ClientId, text: Schema.String })
)
export type ClientMessage = typeof ClientMessage.Type

const { fields: envelope } = Schema.Struct({
  /** Grows with every event of the room; a client sees gaps where personal messages went to others. */
  id: Schema.Int,
  client_id: ClientId,
  time: Schema.DateTimeUtc
})

/** What happens in the room; `client_id` says whose doing it is. */
export const Event = Schema.Union(
  Schema.Struct({ ...envelope, kind: Schema.Literal("message"), text: Schema.String }),
  Schema.Struct({ ...envelope, kind: Schema.Literal("personal"), to: ClientId, text: Schema.String }),
  Schema.Struct({ ...envelope, kind: Schema.Literal("joined") }),
  Schema.Struct({ ...envelope, kind: Schema.Literal("left") })
)
export type Event = typeof Event.Type

/** The answer to a message that cannot be understood or delivered; the socket stays open. */
export const Refusal = Schema.Struct({
  kind: Schema.Literal("error"),
  detail: Schema.String,
  errors: Schema.Array(InputIssue)
})

/** Judged as written, like the JSON of a request: `1.0000000000000001` names no client, and two receivers are one too many. */
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
export const encodeRefusal = Schema.encodeSync(Schema.parseJson(Refusal))

/**
 * The event as a plain text: the handbook's for messages and leaving. It has none for joining, and none for a personal message,
 * which reads `Client 1 to client 2: TEXT` here.
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
