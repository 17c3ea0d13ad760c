import { Deferred, type Duration, Effect, Exit, Mailbox, Option } from "effect"
import type { Socket } from "node:net"
import { WebSocket } from "ws"
import { waitFor, waiting } from "../../domain/Wait.ts"
import type { Holding, InputMemory } from "../lifecycle/InputMemory.ts"
import * as Frame from "./Frame.ts"
import { type SendLimits, SendQueue } from "./SendQueue.ts"

/** End of a connection: a close code (RFC 6455, 7.4) and its reason. The code is 1006 if the connection was cut. */
export interface Closed {
  readonly code: number
  readonly reason: string
}

/**
 * An open websocket, which lives until `closed`. Closing the scope closes the websocket with 1001, and waits for a
 * bounded time.
 */
export interface Connection {
  /** Agreed subprotocol; empty for none. */
  readonly protocol: string
  /**
   * Takes the next text message; `None` once the connection is closed and all earlier messages were taken. While too
   * many messages wait, the socket is not read, so that TCP slows the client down. One read of the socket (64 KiB) may
   * exceed the limit.
   */
  readonly receive: Effect.Effect<Option.Option<string>>
  /**
   * Queues a message within the current tick. A client whose queue overflows is closed with 1013. Messages to a closing
   * connection are dropped.
   */
  readonly send: (message: Frame.Frame) => void
  /**
   * Sends queued messages, then the close frame, and returns at once; idempotent. A peer that does not answer in time
   * is cut.
   */
  readonly close: (code: number, reason: string) => Effect.Effect<void>
  /** Completes when the connection is closed. */
  readonly closed: Effect.Effect<Closed>
}

/** Connections dropped since the start. Their clients did not read, or were silent for longer than a heartbeat. */
export interface Dropped {
  slow: number
  silent: number
}

/** The bounds of one connection. */
export interface Limits extends SendLimits {
  readonly receiveMessages: number
  readonly heartbeat: Duration.Duration
  readonly closeTimeout: Duration.Duration
}

const reasons: Record<number, string> = {
  1002: "protocol error",
  1007: "invalid UTF-8",
  1008: "too many fragments",
  1009: "message too large"
}

/**
 * The socket of `ws`, with the code and reason of its close frames. In its own close frames `ws` sends no reason, and
 * does not report the code.
 */
export class ReasonedWebSocket extends WebSocket {
  sent: Closed | undefined = undefined

  override close(code?: number, data?: string | Buffer): void {
    const reason = data ?? (code === undefined ? undefined : reasons[code])
    if (code !== undefined) this.sent ??= { code, reason: String(reason ?? "") }
    super.close(code, reason)
  }
}

/** State of one connection. Socket events change it within their tick, and sending a message wakes no fiber. */
interface State {
  readonly socket: ReasonedWebSocket
  readonly limits: Limits
  readonly dropped: Dropped
  readonly incoming: Mailbox.Mailbox<string>
  readonly outgoing: SendQueue
  /** Set once either side closes. From then on no messages are received or sent. */
  ending: Closed | undefined
  readonly ended: Deferred.Deferred<void>
  readonly closed: Deferred.Deferred<Closed>
  /** True if the peer was heard since the last ping. */
  heard: boolean
}

/** Sends the close frame after all queued messages. */
const closeWhenSent = ({ ending, outgoing, socket }: State): void => {
  if (ending === undefined || !outgoing.isEmpty || socket.readyState !== WebSocket.OPEN) return
  socket.close(ending.code, ending.reason)
}

const end = (state: State, closing: Closed): void => {
  if (state.ending !== undefined) return
  state.ending = closing
  state.incoming.unsafeDone(Exit.void)
  Deferred.unsafeDone(state.ended, Exit.void)
  // Resumes reading, because the peer's close frame is behind its earlier messages.
  state.socket.resume()
  state.outgoing.write()
  closeWhenSent(state)
}

const waitsForMessage = waitFor("socket", () => ({ name: "message" }))
const waitsForEnd = waitFor("socket", () => ({ name: "end of the connection" }))

const isBehind = ({ incoming, limits }: State): boolean =>
  Option.exists(incoming.unsafeSize(), (size) => size >= limits.receiveMessages)

/** Size of a client's frame in bytes: header of two, mask of four, longer lengths, and data (RFC 6455, 5.2). */
const frameBytes = (length: number): number => length + 6 + (length < 126 ? 0 : length < 65_536 ? 2 : 8)

/** Accounts unfinished messages to the memory of unfinished input. */
const holdUnfinished = (state: State, { memory, transport }: Pick<Opened, "memory" | "transport">): void => {
  const { socket } = state
  let unfinished = 0
  let arrived = 0
  let holding: Holding | undefined
  const free = () => {
    holding?.close()
    holding = undefined
  }
  const refuse = () => {
    free()
    end(state, { code: 1013, reason: "too many unfinished messages" })
  }
  const finish = (data: { readonly length: number }) => {
    // The remaining bytes came with the last piece.
    unfinished = Math.max(0, Math.min(unfinished - frameBytes(data.length), arrived))
  }
  socket.on("message", (data) => finish(Buffer.isBuffer(data) ? data : { length: 0 })).on("ping", finish).on(
    "pong",
    finish
  )
  transport.prependListener("data", (piece: Buffer) => {
    arrived = piece.length
    unfinished += arrived
  })
  // Added after the listener of `ws`, which has reported complete messages by then.
  transport.on("data", () => {
    if (unfinished === 0 || state.ending !== undefined) return free()
    holding ??= memory.open(refuse)
    if (!holding.hold(unfinished)) refuse()
  })
  socket.on("close", free)
}

const send = (state: State, message: Frame.Frame): void => {
  if (state.ending !== undefined || state.outgoing.add(message)) return
  state.outgoing.drop()
  state.dropped.slow++
  end(state, { code: 1013, reason: "too slow" })
}

const listen = (state: State): void => {
  const { closed, incoming, socket } = state
  const hear = () => {
    state.heard = true
  }
  socket.on("ping", (data) => {
    hear()
    send(state, Frame.pong(data))
  })
  socket.on("pong", hear)
  socket.on("message", (data, isBinary) => {
    hear()
    if (isBinary) return end(state, { code: 1003, reason: "text messages only" })
    incoming.unsafeOffer(String(data))
    if (state.ending === undefined && isBehind(state)) socket.pause()
  })
  // `ws` closes the socket itself after an error. Without a listener the error would end the process.
  socket.on("error", () => end(state, socket.sent ?? { code: 1006, reason: "" }))
  socket.on("close", (code, reason) => {
    const how = socket.sent ?? { code, reason: String(reason) }
    state.outgoing.drop()
    end(state, how)
    Deferred.unsafeDone(closed, Exit.succeed(how))
  })
}

const receive = (state: State): Connection["receive"] =>
  state.incoming.take.pipe(
    waiting(waitsForMessage),
    Effect.tap(() => {
      if (state.socket.isPaused && !isBehind(state)) state.socket.resume()
      return Effect.void
    }),
    Effect.optionFromOptional
  )

/** Pings the peer, and cuts the socket of a peer that was silent since the last ping. */
const heartbeat = (state: State): Effect.Effect<never> =>
  Effect.sync(() => {
    // A paused socket hears no pong, because the pong is behind unread messages.
    if (state.socket.isPaused) return
    if (!state.heard) {
      state.dropped.silent++
      return state.socket.terminate()
    }
    state.heard = false
    state.socket.ping()
  }).pipe(Effect.delay(state.limits.heartbeat), Effect.forever)

const cutWhenLate = ({ ended, limits, socket }: State): Effect.Effect<void> =>
  Deferred.await(ended).pipe(
    Effect.zipRight(Effect.sleep(limits.closeTimeout)),
    Effect.map(() => socket.terminate())
  )

/** Parts of a connection whose websocket has just opened. */
export interface Opened {
  readonly socket: ReasonedWebSocket
  /** Socket that `socket` writes to. */
  readonly transport: Socket
  readonly limits: Limits
  readonly memory: InputMemory["Type"]
  /** Shared by all connections of a server, like `writeLater`. */
  readonly dropped: Dropped
  readonly writeLater: (queue: SendQueue) => void
}

/** Makes a connection of a websocket that has just opened. */
export const make = Effect.fnUntraced(function*({ dropped, limits, memory, socket, transport, writeLater }: Opened) {
  const state: State = {
    socket,
    limits,
    dropped,
    incoming: yield* Mailbox.make<string>(),
    outgoing: new SendQueue({ socket, transport, limits, writeLater, onEmpty: () => closeWhenSent(state) }),
    ending: undefined,
    ended: yield* Deferred.makeAs<void>(waitsForEnd),
    closed: yield* Deferred.makeAs<Closed>(waitsForEnd),
    heard: true
  }
  listen(state)
  holdUnfinished(state, { memory, transport })
  yield* Effect.forkScoped(Effect.interruptible(heartbeat(state)))
  yield* Effect.forkScoped(Effect.interruptible(cutWhenLate(state)))
  const close = (code: number, reason: string) => Effect.sync(() => end(state, { code, reason }))
  const closed = Deferred.await(state.closed)
  // Added last, so that it runs while the fibers above still run.
  yield* Effect.addFinalizer(() => Effect.zipRight(close(1001, "stopping"), closed))
  const connection: Connection = {
    protocol: socket.protocol,
    receive: receive(state),
    send: (message) => send(state, message),
    close,
    closed
  }
  return connection
})
