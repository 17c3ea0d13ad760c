import * as Problem from "../../domain/Problem.ts"
import { Named } from "../../domain/Term.ts"
import { text } from "../../domain/Text.ts"

/**
 * 426: the operation is a websocket, and the request is not a valid websocket handshake (RFC 6455, 4.2). `reason` names
 * the fault.
 */
export class UpgradeRequired extends Problem.define<UpgradeRequired>()("UpgradeRequired", 426, {
  reason: Named
}) {
  get problem(): Problem.Description {
    return {
      title: text("Passage à WebSocket requis", "Upgrade required"),
      detail: text(
        `Cette adresse ne répond qu'à une poignée de main WebSocket (version 13) : ${this.reason.fr}.`,
        `This address only answers a WebSocket handshake (version 13): ${this.reason.en}.`
      ),
      headers: { upgrade: "websocket", connection: "Upgrade", "sec-websocket-version": "13" }
    }
  }
}
