import { signal } from "@preact/signals"
import { authorization } from "../api.ts"
import { empty, heard, type Received } from "./Room.ts"

/** Milliseconds before the socket is opened again: doubled at each failure, up to the second value. */
const pauses = { first: 500, longest: 8000 } as const

const jsonProtocol = "barista.v1+json"

/** The subprotocols to offer; a page can carry its token only there. */
const protocols = (): Array<string> => {
  const [, token] = (authorization()["authorization"] ?? "").split(" ")
  if (token === undefined) return [jsonProtocol]
  return [jsonProtocol, `barista.token.${btoa(token).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`]
}

export type State = "connecting" | "open" | "waiting" | "closed"

/** A client of the chat over a websocket, connected again after a cut until the reader ends it. */
export class ChatClient {
  readonly room = signal(empty)
  readonly state = signal<State>("closed")
  private socket: WebSocket | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private pause: number = pauses.first

  /** Connects under an id, which several sockets may share. */
  connect(id: number): void {
    this.state.value = "connecting"
    const url = new URL(`/ws/${id}`, location.href)
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:"
    const socket = new WebSocket(url, protocols())
    this.socket = socket
    socket.addEventListener("open", () => {
      if (this.socket !== socket) return
      this.pause = pauses.first
      this.state.value = "open"
      this.room.value = heard(this.room.peek(), { kind: "connected" })
    })
    socket.addEventListener("message", ({ data }) => {
      if (this.socket !== socket) return
      const received: Received = JSON.parse(String(data))
      this.room.value = heard(this.room.peek(), received)
    })
    socket.addEventListener("close", ({ code, reason }) => {
      if (this.socket !== socket) return
      this.room.value = heard(this.room.peek(), { kind: "closed", code, reason, again: true })
      this.state.value = "waiting"
      this.timer = setTimeout(() => this.connect(id), this.pause)
      this.pause = Math.min(pauses.longest, this.pause * 2)
    })
  }

  /** Says a text to everyone, or to the sockets of one client id. */
  say(text: string, to: number | undefined): void {
    this.socket?.send(JSON.stringify(to === undefined ? { kind: "message", text } : { kind: "personal", to, text }))
  }

  /** Leaves the chat for good. */
  leave(): void {
    clearTimeout(this.timer)
    const { socket } = this
    if (socket === undefined) return
    this.socket = undefined
    socket.close(1000, "left")
    this.state.value = "closed"
    this.room.value = heard(this.room.peek(), { kind: "closed", code: 1000, reason: "left", again: false })
  }
}
