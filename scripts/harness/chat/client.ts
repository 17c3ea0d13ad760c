import { Data, Effect } from "effect"
import { randomBytes } from "node:crypto"
import { connect, type Socket } from "node:net"
import { clientFrame, frameReader, ping, pong, text } from "./frames.ts"

/** The chat refused a client, or closed its connection. */
export class ChatFailed extends Data.TaggedError("ChatFailed")<{ readonly message: string }> {}

/** Receives a text: its bytes lie from `start` to `end`, until the call returns. */
export type Ear = (bytes: Buffer, start: number, end: number) => void

/**
 * A client of the chat that reads frames and nothing else. A whole websocket client takes as much processor time as the
 * server, and would limit the measurement.
 */
export class ChatClient {
  readonly id: number
  /** Pings of the server, each answered. */
  pings = 0
  ear: Ear | undefined
  readonly #socket: Socket

  /** Takes the bytes that arrive. */
  readonly receive = frameReader((kind, bytes, start, end) => {
    if (kind === text) this.ear?.(bytes, start, end)
    if (kind !== ping) return
    this.pings += 1
    this.#socket.write(clientFrame(pong, bytes.subarray(start, end)))
  })

  constructor(id: number, socket: Socket) {
    this.id = id
    this.#socket = socket
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.readable
  }

  say(message: string): void {
    this.#socket.write(clientFrame(text, Buffer.from(message)))
  }
}

const handshake = (id: number) =>
  [
    `GET /ws/${id} HTTP/1.1`,
    "host: 127.0.0.1",
    "connection: upgrade",
    "upgrade: websocket",
    "sec-websocket-version: 13",
    `sec-websocket-key: ${randomBytes(16).toString("base64")}`,
    "\r\n"
  ].join("\r\n")

/** The buffer that all clients read into, one after the other. */
const shared = Buffer.alloc(65_536)

/** Joins the chat until the scope closes. */
export const join = (port: number, id: number) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.async<{ readonly client: ChatClient; readonly socket: Socket }, ChatFailed>((resume) => {
        let client: ChatClient | undefined
        const callback = (length: number): boolean => {
          const received = shared.subarray(0, length)
          if (client !== undefined) client.receive(received)
          // nobody speaks yet: nothing follows the head of the answer
          else if (/^HTTP\/1\.1 101 [^]*\r\n\r\n$/.test(received.toString("latin1"))) {
            client = new ChatClient(id, socket)
            resume(Effect.succeed({ client, socket }))
          } else resume(new ChatFailed({ message: received.toString("latin1") }))
          return true
        }
        const socket: Socket = connect({ host: "127.0.0.1", port, noDelay: true, onread: { buffer: shared, callback } })
        // later, missing messages show in the counts
        socket.on("error", (error) => resume(new ChatFailed({ message: String(error) })))
        socket.write(handshake(id))
      }),
      ({ socket }) => Effect.sync(() => socket.destroy())
    ),
    ({ client }) => client
  )

/** Has clients join the chat, with ids from `first` on. */
export const joinMany = (port: number, count: number, first = 1) =>
  Effect.forEach(Array.from({ length: count }, (_, n) => first + n), (id) => join(port, id), { concurrency: 16 })
