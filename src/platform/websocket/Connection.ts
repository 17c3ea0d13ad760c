import { Deferred, type Duration, Effect, Exit, Mailbox, Option } from "effect"
import type { Socket } from "node:net"
import { WebSocket } from "ws"
import type { Holding, InputMemory } from "../lifecycle/InputMemory.ts"
import * as Frame from "./Frame.ts"
import { type SendLimits, SendQueue } from "./SendQueue.ts"

/** How a connection ended: a close code (RFC 6455, 7.4) and its reason; 1006 for one that was cut. */
export interface Closed {
  readonly code: number
  readonly reason: string
}

/** One open websocket. It lives until `closed`; closing its scope closes it with 1001 and waits, for a bounded time. */
export interface Connection {
  /** The subprotocol agreed on; empty for none. */
  readonly protocol: string
  /**
   * The next text message; none when the connection is closed and everything received before was taken. While too many wait to
   * be taken the socket is not read, so that TCP holds the client back. One read of the socket (64 KiB) may exceed the limit.
   */
  readonly receive: Effect.Effect<Option.Option<string>>
  /**
   * Queues a message, in this very tick. A client that lets its queue overflow is closed with 1013; what is sent to a closing
   * connection is dropped.
   */
  readonly send: (message: Frame.Frame) => void
  /** Sends what is queued, then the close frame; cuts a peer that does not answer in time. Idempotent; returns at once. */
  readonly close: (code: number, reason: string) => Effect.Effect<void>
  /** Completes when the connection is closed. */
  readonly closed: Effect.Effect<Closed>
}

/** Connections that were given up since the start: their client did not read, or was silent for longer than a heartbeat. */
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

/** The socket of `ws`, which gives no reason in the close frames that it sends by itself, and does not tell their code. */
export class ReasonedWebSocket extends WebSocket {
  sent: Closed | undefined = undefined

  override close(code?: number, data?: string | Buffer): void {
    const reason = data ?? (code === undefined ? undefined : reasons[code])
    if (code !== undefined) this.sent ??= { code, reason: String(reason ?? "") }
    super.close(code, reason)
  }
}

/** One connection's state. Its socket's events change it in the same tick: no fiber is woken for a message that is sent. */
interface State {
  readonly socket: ReasonedWebSocket
  readonly limits: Limits
  readonly dropped: Dropped
  readonly incoming: Mailbox.Mailbox<string>
  readonly outgoing: SendQueue
  /** Set from the moment when either side wants to close: nothing more is accepted from it or for it. */
  ending: Closed | undefined
  readonly ended: Deferred.Deferred<void>
  readonly closed: Deferred.Deferred<Closed>
  /** Whether the peer was heard of since the last ping. */
  heard: boolean
}

/** Sends the close frame, behind all that was queued. */
const closeWhenSent = ({ ending, outgoing, socket }: State): void => {
  if (ending === undefined || !outgoing.isEmpty || socket.readyState !== WebSocket.OPEN) return
  socket.close(ending.code, ending.reason)
}

const end = (state: State, closing: Closed): void => {
  if (state.ending !== undefined) return
  state.ending = closing
  state.incoming.unsafeDone(Exit.void)
  Deferred.unsafeDone(state.ended, Exit.void)
  // The peer's answer to the close frame is behind whatever it has sent before.
  state.socket.resume()
  state.outgoing.write()
  closeWhenSent(state)
}

const isBehind = ({ incoming, limits }: State): boolean =>
  Option.exists(incoming.unsafeSize(), (size) => size >= limits.receiveMessages)

/** Bytes of a client's frame without its data: two, a mask of four, and a longer length where it needs one (RFC 6455, 5.2). */
const frameBytes = (length: number): number => length + 6 + (length < 126 ? 0 : length < 65_536 ? 2 : 8)

/** Holds in the memory of unfinished input what has arrived of messages that are not whole. */
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
    // what is left came with the last piece
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
  // behind the listener of `ws`, which has by now told of what is whole
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
  // `ws` closes the socket itself after an error; without a listener the error would end the process.
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
    Effect.tap(() => {
      if (state.socket.isPaused && !isBehind(state)) state.socket.resume()
      return Effect.void
    }),
    Effect.optionFromOptional
  )

/** Pings the peer, and cuts the socket of one that was silent since the last ping. */
const heartbeat = (state: State): Effect.Effect<never> =>
  Effect.sync(() => {
    // Of a socket that is not read nothing can be heard: its pong is behind its messages.
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

/** What a websocket that has just been opened needs to become a connection. */
export interface Opened {
  readonly socket: ReasonedWebSocket
  /** What `socket` writes to. */
  readonly transport: Socket
  readonly limits: Limits
  readonly memory: InputMemory["Type"]
  /** Shared by the connections of a server, as what follows. */
  readonly dropped: Dropped
  readonly writeLater: (queue: SendQueue) => void
}

/** Makes a connection of a websocket that has just been opened. */
export const make = Effect.fnUntraced(function*({ dropped, limits, memory, socket, transport, writeLater }: Opened) {
  const state: State = {
    socket,
    limits,
    dropped,
    incoming: yield* Mailbox.make<string>(),
    outgoing: new SendQueue({ socket, transport, limits, writeLater, onEmpty: () => closeWhenSent(state) }),
    ending: undefined,
    ended: yield* Deferred.make<void>(),
    closed: yield* Deferred.make<Closed>(),
    heard: true
  }
  listen(state)
  holdUnfinished(state, { memory, transport })
  yield* Effect.forkScoped(Effect.interruptible(heartbeat(state)))
  yield* Effect.forkScoped(Effect.interruptible(cutWhenLate(state)))
  const close = (code: number, reason: string) => Effect.sync(() => end(state, { code, reason }))
  const closed = Deferred.await(state.closed)
  // Added last, so that it runs while the fibers above still do.
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
