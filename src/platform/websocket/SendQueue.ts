import type { Socket } from "node:net"
import { WebSocket } from "ws"
import type { Frame } from "./Frame.ts"

/** How much may wait to be sent to one client, in messages and in their bytes. */
export interface SendLimits {
  readonly sendMessages: number
  readonly sendBytes: number
}

/** Bytes of frames that are copied into one piece, which the socket takes for less than many small ones. */
const mostJoined = 65_536

/** What a queue writes to, and for whom. */
export interface Outlet {
  readonly socket: WebSocket
  /** What `socket` writes to. */
  readonly transport: Socket
  readonly limits: SendLimits
  /** Has it written at the end of the event loop's turn: all that a turn sends to a socket goes there in one system call. */
  readonly writeLater: (queue: SendQueue) => void
  /** Called whenever nothing waits any more. */
  readonly onEmpty: () => void
}

/**
 * What waits to be sent to one client. The transport is handed no more before it has written what it had, so that nothing gathers in its
 * buffer. The frames go past `ws`, which would make one of each text for each connection, and would keep a pong for each ping of a client that does
 * not read; of its own it sends only pings and close frames, which may come between.
 */
export class SendQueue {
  private readonly outlet: Outlet
  private frames: Array<Frame> = []
  /** Of what waits, the frames being written included. */
  private messages = 0
  private bytes = 0
  private isWriting = false
  /** Writes whose callback is still to come: it comes later, too, for what the kernel took at once. */
  private unanswered = 0
  private isDue = false

  constructor(outlet: Outlet) {
    this.outlet = outlet
  }

  get isEmpty(): boolean {
    return this.messages === 0
  }

  /** Whether there was room for the message. One that is larger than the whole queue may pass alone. */
  add(frame: Frame): boolean {
    // a client is not behind before its kernel was offered what waits
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

  /** Forgets what is not being written yet. */
  drop(): void {
    for (const { length } of this.frames) this.bytes -= length
    this.messages -= this.frames.length
    this.frames = []
  }

  writeDue(): void {
    this.isDue = false
    this.write()
  }

  /** Writes at once what waits, unless the transport has not written all it had. */
  write(): void {
    const { socket, transport } = this.outlet
    // behind its own close frame nothing may be sent
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
