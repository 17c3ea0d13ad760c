import { Effect, Queue, type Scope } from "effect"
import * as Net from "node:net"

export interface Conversation {
  readonly write: (bytes: string | Uint8Array) => void
  /**
   * Waits until the data received since the last call contain the text; returns the data, or the rest if the server
   * closed.
   */
  readonly until: (text: string) => Effect.Effect<string>
  readonly closed: Effect.Effect<string>
  /** Closes the sending side. */
  readonly end: () => void
  /** Cuts the connection from this side. */
  readonly leave: () => void
  /** The socket itself, for pauses, resets and floods. */
  readonly socket: Net.Socket
}

interface Options {
  readonly allowHalfOpen?: boolean
  /** The encoding of received bytes. */
  readonly encoding?: "utf8" | "latin1"
}

const mark = "<closed>"

/** Opens a connection that stays open and is driven byte by byte. */
export const connect = (
  port: number,
  { allowHalfOpen = false, encoding = "utf8" }: Options = {}
): Effect.Effect<Conversation, never, Scope.Scope> =>
  Effect.gen(function*() {
    const received = yield* Queue.unbounded<string | undefined>()
    const socket = yield* Effect.acquireRelease(
      Effect.sync(() => Net.connect({ allowHalfOpen, port, host: "127.0.0.1" }).setNoDelay(true).setEncoding(encoding)),
      (socket) => Effect.sync(() => socket.destroy())
    )
    socket
      .on("data", (text: string) => received.unsafeOffer(text))
      .on("error", () => undefined)
      .on("end", () => socket.end())
      .on("close", () => received.unsafeOffer(undefined))
    const read = (found: (seen: string) => boolean, seen = ""): Effect.Effect<string> =>
      found(seen)
        ? Effect.succeed(seen)
        : Effect.flatMap(
          Queue.take(received),
          (chunk) => chunk === undefined ? Effect.succeed(`${seen}${mark}`) : read(found, seen + chunk)
        )
    return {
      write: (bytes) => void socket.write(bytes),
      until: (text) => read((seen) => seen.includes(text)),
      closed: read(() => false),
      end: () => void socket.end(),
      leave: () => void socket.destroy(),
      socket
    }
  })

/** Sends bytes on a connection of their own; returns everything received until the server closes it. */
export const raw = (port: number) => (bytes: string | Uint8Array): Effect.Effect<string> =>
  Effect.scoped(Effect.flatMap(connect(port), ({ closed, write }) => {
    write(bytes)
    return Effect.map(closed, (received) => received.slice(0, -mark.length))
  }))
