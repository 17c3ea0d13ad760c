import type { Text } from "../../domain/Text.ts"
import { timeOfDay } from "../action/moments.ts"
import { language, say } from "../texts.ts"
import type { Line } from "./Room.ts"

/** The meanings of close codes (RFC 6455, 7.4.1), where the server gave no reason. */
const codeWords: Readonly<Record<number, Text>> = {
  1000: { fr: "fin normale", en: "normal end" },
  1001: { fr: "le serveur s'arrête", en: "the server is stopping" },
  1003: { fr: "message binaire", en: "binary message" },
  1006: { fr: "connexion coupée", en: "connection cut" },
  1007: { fr: "UTF-8 invalide", en: "invalid UTF-8" },
  1009: { fr: "message trop long", en: "message too large" },
  1013: { fr: "lecture trop lente", en: "too slow to read" }
}

const closedText = ({ again, code, reason }: Extract<Line, { kind: "closed" }>): string => {
  const why = [String(code), codeWords[code]?.[language.value] ?? reason].filter((part) => part !== "").join(" · ")
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
