import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "@effect/platform"
import { Schema } from "effect"
import { ClientIdFromText } from "../domain/Ids.ts"
import { InvalidInput, Overloaded } from "../domain/Problem.ts"
import { JudgesConditions } from "../platform/http/contract/Preconditions.ts"
import { UpgradeRequired } from "../platform/websocket/UpgradeRequired.ts"

const connect = HttpApiEndpoint.get("connect", "/ws/:client_id")
  .setPath(Schema.Struct({ client_id: ClientIdFromText }))
  .addError(InvalidInput)
  .addError(UpgradeRequired)
  .addError(Overloaded)
  // neither an upgrade nor its refusal is a 2xx, so conditions are ignored (RFC 9110, 13.2.1)
  .annotate(JudgesConditions, true)
  .annotateContext(
    OpenApi.annotations({
      summary: "The chat, a websocket",
      description: [
        "A WebSocket handshake (RFC 6455); a plain GET is a 426. Without a subprotocol: every text sent is processed for 0.1 s and goes",
        "to everyone, the sender too, as `Client {id}: {TEXT IN UPPER CASE}`; the others see `Client {id} left the chat`.",
        "With the subprotocol `barista.v1+json`: send `{\"kind\":\"message\",\"text\"}` or `{\"kind\":\"personal\",\"to\",\"text\"}`;",
        "receive `{\"id\",\"kind\",\"client_id\",\"to\"?,\"text\"?,\"time\"}` of kind `message`, `personal`, `joined` or `left`, and",
        "`{\"kind\":\"error\",\"detail\",\"errors\"}` for a message that was refused. A personal message goes to every socket of that",
        "client id and, as a copy, to those of the sender; plain clients read it as `Client {id} to client {to}: {TEXT}`.",
        "A page cannot send the Authorization header: where tokens are required it offers the subprotocol",
        "`barista.token.` followed by the token in base64url, beside `barista.v1+json` or `barista.v1+text` (plain texts).",
        "One client id may be connected several times. Close codes: 1001 stopping, 1003 binary message, 1007 invalid UTF-8,",
        "1009 message too large, 1012 join again, 1013 too slow to read."
      ].join("\n"),
      transform: (operation) => {
        const { 204: _, ...responses } = operation["responses"]
        return { ...operation, responses: { 101: { description: "Switching Protocols: a websocket" }, ...responses } }
      }
    })
  )

/** The chapter's contract: the handbook's websocket chat. */
export class ChatApi extends HttpApiGroup.make("chat").add(connect) {}
