import { timeOfDay } from "../action/moments.ts"
import { say } from "../texts.ts"
import type { Line } from "./Room.ts"

/** The meaning of a close code (RFC 6455, 7.4.1), where the server gave no reason. */
const codeText = (code: number): string => {
  switch (code) {
    case 1000:
      return say("fin normale", "normal end")
    case 1001:
      return say("le serveur s'arrête", "the server is stopping")
    case 1003:
      return say("message binaire", "binary message")
    case 1006:
      return say("connexion coupée", "connection cut")
    case 1007:
      return say("UTF-8 invalide", "invalid UTF-8")
    case 1009:
      return say("message trop long", "message too large")
    case 1013:
      return say("lecture trop lente", "too slow to read")
    default:
      return ""
  }
}

const closedText = ({ again, code, reason }: Extract<Line, { kind: "closed" }>): string => {
  const meaning = codeText(code)
  const why = [String(code), meaning === "" ? reason : meaning].filter((part) => part !== "").join(" · ")
  return again
    ? say(`Fermé : ${why}. Nouvelle connexion…`, `Closed: ${why}. Connecting again…`)
    : say(`Fermé : ${why}.`, `Closed: ${why}.`)
}

/** An event of the room that nobody has said. */
const noteText = (line: Line, own: number): string | undefined => {
  switch (line.kind) {
    case "joined":
      return line.client_id === own
        ? say("Vous êtes là.", "You are here.")
        : say(`Le client ${line.client_id} arrive.`, `Client ${line.client_id} joins.`)
    case "left":
      return say(`Le client ${line.client_id} est parti.`, `Client ${line.client_id} has left.`)
    case "connected":
      return say("Connecté.", "Connected.")
    case "closed":
      return closedText(line)
    case "error":
      return line.detail
    default:
      return undefined
  }
}

/** A line of the conversation: somebody's text, or an event of the room or the connection. */
export const ChatLine = ({ line, own }: { readonly line: Line; readonly own: number }) => {
  const note = noteText(line, own)
  const isCut = line.kind === "closed" && line.again
  if (note !== undefined) return <li class={`chat-note chat-${isCut ? "cut" : line.kind}`}>{note}</li>
  if (line.kind !== "message" && line.kind !== "personal") return null
  const isOwn = line.client_id === own
  return (
    <li class={`chat-said${isOwn ? " chat-own" : ""}${line.kind === "personal" ? " chat-personal" : ""}`}>
      <span class="chat-who">
        {isOwn ? say("vous", "you") : say(`client ${line.client_id}`, `client ${line.client_id}`)}
        {line.kind === "personal" && ` → ${line.to === own ? say("vous", "you") : line.to}`}
        <time dateTime={line.time}>{timeOfDay(line.time)}</time>
      </span>
      <span class="chat-text">{line.text}</span>
    </li>
  )
}
