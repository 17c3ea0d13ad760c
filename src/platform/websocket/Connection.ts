import { Chunk, Deferred, type Duration, Effect, Exit, Mailbox, Option } from "effect"
import type { Socket } from "node:net"
import { WebSocket } from "ws"

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
   * Queues a message and returns at once. A client that lets its queue overflow is closed with 1013; what is sent to a closing
   * connection is dropped.
   */
  readonly send: (message: string) => Effect.Effect<void>
  /** Sends what is queued, then the close frame; cuts a peer that does not answer in time. Idempotent; returns at once. */
  readonly close: (code: number, reason: string) => Effect.Effect<void>
  /** Completes when the connection is closed. */
  readonly closed: Effect.Effect<Closed>
}

/** The bounds of one connection. */
export interface Limits {
  readonly receiveMessages: number
  readonly sendMessages: number
  readonly sendBytes: number
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

interface Message {
  readonly text: string
  readonly bytes: number
}

/** One connection's state; the socket's events and the fibers of the connection change it. */
interface State {
  readonly socket: ReasonedWebSocket
  /** What `socket` writes to. */
  readonly transport: Socket
  readonly limits: Limits
  readonly incoming: Mailbox.Mailbox<string>
  readonly outgoing: Mailbox.Mailbox<Message>
  readonly ending: Deferred.Deferred<Closed>
  readonly closed: Deferred.Deferred<Closed>
  /** False from the moment when either side wants to close: nothing more is accepted from it or for it. */
  open: boolean
  /** Whether the peer was heard of since the last ping. */
  heard: boolean
  /** What waits to be sent, the messages in the socket's own buffer included. */
  waitingMessages: number
  waitingBytes: number
}

const end = (state: State, closing: Closed): void => {
  if (!state.open) return
  state.open = false
  state.incoming.unsafeDone(Exit.void)
  state.outgoing.unsafeDone(Exit.void)
  Deferred.unsafeDone(state.ending, Exit.succeed(closing))
  // The peer's answer to the close frame is behind whatever it has sent before.
  state.socket.resume()
}

const isBehind = ({ incoming, limits }: State): boolean =>
  Option.exists(incoming.unsafeSize(), (size) => size >= limits.receiveMessages)

const listen = (state: State): void => {
  const { closed, incoming, socket } = state
  const hear = () => {
    state.heard = true
  }
  socket.on("ping", hear)
  socket.on("pong", hear)
  socket.on("message", (data, isBinary) => {
    hear()
    if (isBinary) return end(state, { code: 1003, reason: "text messages only" })
    incoming.unsafeOffer(String(data))
    if (state.open && isBehind(state)) socket.pause()
  })
  // `ws` closes the socket itself after an error; without a listener the error would end the process.
  socket.on("error", () => end(state, socket.sent ?? { code: 1006, reason: "" }))
  socket.on("close", (code, reason) => {
    const how = socket.sent ?? { code, reason: String(reason) }
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

const send = (state: State) => (text: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (!state.open) return Effect.void
    const { limits, outgoing } = state
    const bytes = Buffer.byteLength(text)
    // A message larger than the whole queue may pass alone.
    const room = state.waitingMessages === 0
      || (state.waitingMessages < limits.sendMessages && state.waitingBytes + bytes <= limits.sendBytes)
    if (!room) {
      end(state, { code: 1013, reason: "too slow" })
      return outgoing.shutdown
    }
    state.waitingMessages += 1
    state.waitingBytes += bytes
    outgoing.unsafeOffer({ text, bytes })
    return Effect.void
  })

/** Completes when the last of the messages has left the socket's own buffer. */
const write = (state: State, messages: ReadonlyArray<Message>): Effect.Effect<void> =>
  Effect.async((resume) => {
    const { socket, transport } = state
    let left = messages.length
    if (left === 0) return resume(Effect.void)
    // One system call for all of them.
    transport.cork()
    for (const { bytes, text } of messages) {
      socket.send(text, () => {
        state.waitingMessages -= 1
        state.waitingBytes -= bytes
        left -= 1
        if (left === 0) resume(Effect.void)
      })
    }
    transport.uncork()
  })

/** Hands the socket what waits and awaits that it is gone, so that nothing gathers in the socket's buffer; at last the close frame. */
const writer = (state: State): Effect.Effect<void> =>
  state.outgoing.takeAll.pipe(
    Effect.tap(([messages]) => write(state, Chunk.toReadonlyArray(messages))),
    Effect.repeat({ until: ([, done]) => done }),
    Effect.zipRight(Deferred.await(state.ending)),
    Effect.map(({ code, reason }) => {
      if (state.socket.readyState === WebSocket.OPEN) state.socket.close(code, reason)
    })
  )

/** Pings the peer, and cuts the socket of one that was silent since the last ping. */
const heartbeat = (state: State): Effect.Effect<never> =>
  Effect.sync(() => {
    // Of a socket that is not read nothing can be heard: its pong is behind its messages.
    if (state.socket.isPaused) return
    if (!state.heard) return state.socket.terminate()
    state.heard = false
    state.socket.ping()
  }).pipe(Effect.delay(state.limits.heartbeat), Effect.forever)

const cutWhenLate = ({ ending, limits, socket }: State): Effect.Effect<void> =>
  Deferred.await(ending).pipe(
    Effect.zipRight(Effect.sleep(limits.closeTimeout)),
    Effect.map(() => socket.terminate())
  )

/** Makes a connection of a websocket that has just been opened over `transport`. */
export const make = Effect.fnUntraced(function*(socket: ReasonedWebSocket, transport: Socket, limits: Limits) {
  const state: State = {
    socket,
    transport,
    limits,
    incoming: yield* Mailbox.make<string>(),
    outgoing: yield* Mailbox.make<Message>(),
    ending: yield* Deferred.make<Closed>(),
    closed: yield* Deferred.make<Closed>(),
    open: true,
    heard: true,
    waitingMessages: 0,
    waitingBytes: 0
  }
  listen(state)
  yield* Effect.forkScoped(Effect.interruptible(writer(state)))
  yield* Effect.forkScoped(Effect.interruptible(heartbeat(state)))
  yield* Effect.forkScoped(Effect.interruptible(cutWhenLate(state)))
  const close = (code: number, reason: string) => Effect.sync(() => end(state, { code, reason }))
  const closed = Deferred.await(state.closed)
  // Added last, so that it runs while the fibers above still do.
  yield* Effect.addFinalizer(() => Effect.zipRight(close(1001, "stopping"), closed))
  const connection: Connection = {
    protocol: socket.protocol,
    receive: receive(state),
    send: send(state),
    close,
    closed
  }
  return connection
})
