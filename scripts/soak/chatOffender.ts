import { Deferred, Effect } from "effect"
import type { Socket } from "node:net"
import { WebSocket } from "ws"

/** The end of a socket as its client saw it. */
export interface Ending {
  readonly code: number
  readonly reason: string
}

/** Opens a socket of the chat, seen from the client; without `pong` it answers no ping. */
export const connect = Effect.fnUntraced(function*(port: number, id: number, { pong = true } = {}) {
  const ended = yield* Deferred.make<Ending>()
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/${id}`, { perMessageDeflate: false, autoPong: pong })
  let [pings, transport]: [number, Socket | undefined] = [0, undefined]
  socket.on("upgrade", (response) => {
    transport = response.socket
  })
  socket.on("ping", () => {
    pings += 1
  })
  // a failure shows as 1006
  socket.on("error", () => undefined)
  socket.on("close", (code, reason) => Deferred.unsafeDone(ended, Effect.succeed({ code, reason: String(reason) })))
  const opened = Effect.async<void>((resume) => {
    socket.on("open", () => resume(Effect.void))
  })
  yield* Effect.raceFirst(
    opened,
    Effect.flatMap(Deferred.await(ended), () => Effect.dieMessage("the chat refused a client"))
  )
  yield* Effect.addFinalizer(() => Effect.sync(() => socket.terminate()))
  return {
    id,
    socket,
    /** Waits until the socket has ended. */
    ended: Deferred.await(ended),
    pings: () => pings,
    /** The TCP connection under the socket. */
    transport: () => transport
  }
})
export type Client = Effect.Effect.Success<ReturnType<typeof connect>>

const textFrame = 0x81
const mask = Buffer.from([1, 2, 3, 4])

/** Writes the first half of a text message of 1,000 bytes. */
export const sendHalf = ({ transport }: Client): void => {
  // 0xfe: masked, and the length is in the next two bytes
  const head = Buffer.from([textFrame, 0xfe, 1000 >> 8, 1000 & 0xff])
  transport()?.write(Buffer.concat([head, mask, Buffer.alloc(500)]))
}
