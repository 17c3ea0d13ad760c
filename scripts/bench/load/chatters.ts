import { Data, Effect, Schedule } from "effect"
import { randomBytes } from "node:crypto"
import { connect, type Socket } from "node:net"
import { clientFrame, frameReader, ping, pong, text } from "./frames.ts"

/** A client that the chat refused, or whose connection it closed. */
export class ChatFailed extends Data.TaggedError("ChatFailed")<{ readonly message: string }> {}

const words = "un café crème, s'il vous plaît ; "
/** Lengths of successive messages, in characters. */
const sizes = [12, 90, 30, 140, 250, 45, 20, 110]
const texts = sizes.map((size) => words.repeat(Math.ceil(size / words.length)).slice(0, size))

const frames = texts.map((said) => clientFrame(text, Buffer.from(said)))
const upperCase = texts.map((said) => said.toUpperCase())

/** A client of the chat. When its message has returned, as to everyone else, it sends the next one. */
class Chatter {
  /** Texts read, from all clients. */
  read = 0
  /** Messages sent. */
  said = 0
  /** Own messages that did not return unchanged. */
  wrong = 0
  #isTalking = false
  #expected: Buffer | undefined
  readonly #prefix: Buffer
  readonly #socket: Socket

  /** Takes received bytes. */
  readonly receive = frameReader((kind, bytes, start, end) => this.#hear(kind, bytes, start, end))

  constructor(id: number, socket: Socket) {
    this.#socket = socket
    this.#prefix = Buffer.from(`Client ${id}: `)
  }

  begin(): void {
    this.#isTalking = true
    this.#speak()
  }

  end(): void {
    this.#isTalking = false
  }

  #speak(): void {
    const turn = this.said % frames.length
    this.#expected = Buffer.concat([this.#prefix, Buffer.from(upperCase[turn] ?? "")])
    this.said += 1
    this.#socket.write(frames[turn] ?? "")
  }

  #hear(kind: number, bytes: Buffer, start: number, end: number): void {
    if (kind === ping) this.#socket.write(clientFrame(pong, bytes.subarray(start, end)))
    if (kind !== text) return
    this.read += 1
    const prefix = this.#prefix
    const expected = this.#expected
    if (expected === undefined || bytes.compare(prefix, 0, prefix.length, start, start + prefix.length) !== 0) return
    if (bytes.compare(expected, 0, expected.length, start, end) !== 0) this.wrong += 1
    this.#expected = undefined
    if (this.#isTalking) this.#speak()
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

/** The buffer into which all clients read, one after the other. */
const shared = Buffer.alloc(65_536)

/** Connects a client, until the scope closes. */
const join = (port: number, id: number) =>
  Effect.acquireRelease(
    Effect.async<{ readonly chatter: Chatter; readonly socket: Socket }, ChatFailed>((resume) => {
      let chatter: Chatter | undefined
      const callback = (length: number): boolean => {
        const received = shared.subarray(0, length)
        if (chatter !== undefined) chatter.receive(received)
        // no client speaks yet, so nothing follows the head of the answer
        else if (/^HTTP\/1\.1 101 [^]*\r\n\r\n$/.test(received.toString("latin1"))) {
          chatter = new Chatter(id, socket)
          resume(Effect.succeed({ chatter, socket }))
        } else resume(new ChatFailed({ message: received.toString("latin1") }))
        return true
      }
      const socket: Socket = connect({ host: "127.0.0.1", port, noDelay: true, onread: { buffer: shared, callback } })
      // missing messages of a later failure show in the counts
      socket.on("error", (error) => resume(new ChatFailed({ message: String(error) })))
      socket.write(handshake(id))
    }),
    ({ socket }) => Effect.sync(() => socket.destroy())
  )

const total = (chatters: ReadonlyArray<Chatter>, count: (chatter: Chatter) => number) =>
  chatters.reduce((sum, chatter) => sum + count(chatter), 0)

/**
 * Connects clients to a chat, until the scope closes. They only parse frames, as whole websocket clients take as much
 * processor as the server and would distort the measurement.
 */
export const makeChatters = Effect.fnUntraced(function*(port: number, count: number) {
  const ids = Array.from({ length: count }, (_, n) => n + 1)
  const chatters = yield* Effect.forEach(ids, (id) => Effect.map(join(port, id), ({ chatter }) => chatter), {
    concurrency: 16
  })
  const figures = () => ({
    said: total(chatters, ({ said }) => said),
    read: total(chatters, ({ read }) => read),
    wrong: total(chatters, ({ wrong }) => wrong)
  })
  /**
   * Lets the given number of clients talk, each one message at a time, until everyone has read all. Messages that have
   * not arrived within 20 s count as missing.
   */
  const talk = Effect.fnUntraced(function*(speakers: number, seconds: number) {
    const before = figures()
    const began = performance.now()
    const talking = chatters.slice(0, speakers)
    for (const chatter of talking) chatter.begin()
    yield* Effect.sleep(seconds * 1000)
    for (const chatter of talking) chatter.end()
    const due = () => (figures().said - before.said) * count
    const read = () => figures().read - before.read
    yield* Effect.sync(() => read() >= due()).pipe(
      Effect.repeat({ until: (all) => all, schedule: Schedule.spaced("2 millis") }),
      Effect.timeoutOption("20 seconds")
    )
    const took = (performance.now() - began) / 1000
    return { deliveries: read() / took, failed: due() - read() + figures().wrong - before.wrong }
  })
  return { talk }
})
