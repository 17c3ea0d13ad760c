import { Effect, Queue, type Scope } from "effect"
import * as Net from "node:net"

export interface Conversation {
  readonly write: (text: string) => void
  /** Waits until what was received since the last call holds this; all of that, or what there was when the server closed. */
  readonly until: (text: string) => Effect.Effect<string>
  readonly closed: Effect.Effect<string>
  /** Closes the sending side. */
  readonly end: () => void
  /** Cuts the connection from this side. */
  readonly leave: () => void
}

/** A connection that stays open, byte by byte. */
export const connect = (
  port: number,
  options: { readonly allowHalfOpen?: boolean } = {}
): Effect.Effect<Conversation, never, Scope.Scope> =>
  Effect.gen(function*() {
    const received = yield* Queue.unbounded<string | undefined>()
    const socket = yield* Effect.acquireRelease(
      Effect.sync(() => Net.connect({ ...options, port, host: "127.0.0.1" }).setNoDelay(true)),
      (socket) => Effect.sync(() => socket.destroy())
    )
    socket
      .on("data", (chunk) => received.unsafeOffer(chunk.toString("utf8")))
      .on("error", () => undefined)
      .on("end", () => socket.end())
      .on("close", () => received.unsafeOffer(undefined))
    const read = (found: (seen: string) => boolean, seen = ""): Effect.Effect<string> =>
      found(seen)
        ? Effect.succeed(seen)
        : Effect.flatMap(
          Queue.take(received),
          (chunk) => chunk === undefined ? Effect.succeed(`${seen}<closed>`) : read(found, seen + chunk)
        )
    return {
      write: (text) => void socket.write(text),
      until: (text) => read((seen) => seen.includes(text)),
      closed: read(() => false),
      end: () => void socket.end(),
      leave: () => void socket.destroy()
    }
  })
