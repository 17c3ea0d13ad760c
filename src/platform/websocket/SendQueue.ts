// `send` of ws 8.23.0 frames a text again for each socket, writes at once, and queues without a bound. With 200 clients
// that all speak, a loop of `send` delivers 128,730 messages a second, and this queue 1,981,427
// (scripts/bench/README.md).
import type { Socket } from "node:net"
import { WebSocket } from "ws"
import type { Frame } from "./Frame.ts"

/** Limits of the messages, and their bytes, that may wait for one client. */
export interface SendLimits {
  readonly sendMessages: number
  readonly sendBytes: number
}

/** Limit of frames joined into one write, in bytes. One write is cheaper for the socket than many small ones. */
const mostJoined = 65_536

/** Socket and limits of a queue. */
export interface Outlet {
  readonly socket: WebSocket
  /** Socket that `socket` writes to. */
  readonly transport: Socket
  readonly limits: SendLimits
  /**
   * Writes the queue at the end of the event loop's turn. One system call then sends all messages of a turn to a
   * socket.
   */
  readonly writeLater: (queue: SendQueue) => void
  /** Called whenever the queue becomes empty. */
  readonly onEmpty: () => void
}

/**
 * Messages that wait to be sent to one client. The queue writes only when the transport has written everything, so
 * nothing gathers in the transport's buffer. Frames bypass `ws`, which would frame each text again for each connection.
 * `ws` would also keep a pong for each ping of a client that does not read. Only pings and close frames of `ws` come in
 * between.
 */
export class SendQueue {
  private readonly outlet: Outlet
  private frames: Array<Frame> = []
  /** Messages and bytes that wait, including the frames being written. */
  private messages = 0
  private bytes = 0
  private isWriting = false
  /** Writes whose callback is pending. Even if the kernel takes all bytes at once, the callback comes later. */
  private unanswered = 0
  private isDue = false

  constructor(outlet: Outlet) {
    this.outlet = outlet
  }

  get isEmpty(): boolean {
    return this.messages === 0
  }

  /** Queues a message; false if there is no room. A message larger than the whole queue may pass alone. */
  add(frame: Frame): boolean {
    // Writes first, since a client is only behind once its kernel was offered the queued bytes.
    if (!this.hasRoom(frame)) this.write()
    if (!this.hasRoom(frame)) return false
    this.frames.push(frame)
    this.messages += 1
    this.bytes += frame.length
    if (this.isDue || this.isWriting) return true
    this.isDue = true
    this.outlet.writeLater(this)
    return true
  }

  /** Drops all frames that are not being written yet. */
  drop(): void {
    for (const { length } of this.frames) this.bytes -= length
    this.messages -= this.frames.length
    this.frames = []
  }

  writeDue(): void {
    this.isDue = false
    this.write()
  }

  /** Writes the queue at once, unless the transport is still writing. */
  write(): void {
    const { socket, transport } = this.outlet
    // No frame may follow the close frame.
    if (socket.readyState !== WebSocket.OPEN) this.drop()
    if (this.isWriting || this.frames.length === 0) return
    const frames = this.frames
    this.frames = []
    this.isWriting = true
    this.unanswered += 1
    this.handOver(frames)
    if (transport.writableLength === 0) this.written()
  }

  private handOver(frames: ReadonlyArray<Frame>): void {
    const { transport } = this.outlet
    if (frames.length > 1 && this.bytes <= mostJoined) {
      transport.write(Buffer.concat(frames.map(({ bytes }) => bytes)), this.answered)
      return
    }
    const last = frames.length - 1
    transport.cork()
    for (const [index, { bytes }] of frames.entries()) {
      if (index === last) transport.write(bytes, this.answered)
      else transport.write(bytes)
    }
    transport.uncork()
  }

  private readonly answered = (): void => {
    this.unanswered -= 1
    if (this.isWriting && this.unanswered === 0) this.written()
  }

  private written(): void {
    this.isWriting = false
    this.messages = this.frames.length
    this.bytes = 0
    for (const { length } of this.frames) this.bytes += length
    if (this.isEmpty) this.outlet.onEmpty()
    else this.write()
  }

  private hasRoom({ length }: Frame): boolean {
    const { sendBytes, sendMessages } = this.outlet.limits
    return this.messages === 0 || (this.messages < sendMessages && this.bytes + length <= sendBytes)
  }
}
