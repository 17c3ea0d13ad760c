// A client that joins again whenever its socket is closed, as the console does.
import { Effect, Schedule } from "effect"
import { WebSocket } from "ws"

export interface Heard {
  readonly id: number
  readonly kind: string
  readonly client_id: number
  readonly text?: string
}

/** The events that one socket of a member read, beginning with the member's own arrival. */
export interface Stay {
  readonly heard: Array<Heard>
  /** The code with which the socket was closed; undefined while it is open. */
  closed: number | undefined
}

/** Pause before the next try to join, in milliseconds. */
const pause = 100

export class Member {
  readonly id: number
  readonly stays: Array<Stay> = []
  readonly #port: () => number
  #socket: WebSocket | undefined
  /** False if the member does not join again. */
  comesBack = true

  /** Joins at the port that `port` names at each try. */
  constructor(id: number, port: () => number) {
    this.id = id
    this.#port = port
    this.#join()
  }

  /** True once the member has read its own arrival on an open socket. */
  get isPresent(): boolean {
    const stay = this.stays.at(-1)
    return stay !== undefined && stay.closed === undefined && stay.heard.length > 0
  }

  say(text: string): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ kind: "message", text }))
  }

  /** Ends the socket, and does not join again. */
  leave(): void {
    this.comesBack = false
    this.#socket?.terminate()
  }

  /** All events that the member read, of all its sockets. */
  heard(): ReadonlyArray<Heard> {
    return this.stays.flatMap(({ heard }) => heard)
  }

  #join(): void {
    const stay: Stay = { heard: [], closed: undefined }
    const socket = new WebSocket(`ws://127.0.0.1:${this.#port()}/ws/${this.id}`, ["barista.v1+json"])
    this.#socket = socket
    socket.on("open", () => this.stays.push(stay))
    socket.on("message", (data) => stay.heard.push(JSON.parse(String(data))))
    socket.on("error", () => undefined)
    socket.on("close", (code) => {
      stay.closed = code
      // @effect-diagnostics-next-line globalTimers:off: a client of its own, outside of any fiber
      if (this.comesBack) setTimeout(() => this.#join(), pause)
    })
  }
}

/** Makes members until the scope closes, and waits until all are present. */
export const gather = Effect.fnUntraced(function*(ids: ReadonlyArray<number>, port: () => number) {
  const members = yield* Effect.acquireRelease(
    Effect.sync(() => ids.map((id) => new Member(id, port))),
    (made) => Effect.sync(() => made.forEach((member) => member.leave()))
  )
  yield* until(30, () => members.every(({ isPresent }) => isPresent))
  return members
})

/** Waits until a condition holds; returns false after so many seconds without it. */
export const until = (seconds: number, holds: () => boolean) =>
  Effect.sync(holds).pipe(
    Effect.repeat({ until: (held) => held, schedule: Schedule.spaced("10 millis") }),
    Effect.timeoutTo({ duration: seconds * 1000, onSuccess: () => true, onTimeout: () => false })
  )
