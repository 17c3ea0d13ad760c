import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { createServer } from "node:http"
import { connect, type Socket } from "node:net"
import { type WebSocket, WebSocketServer } from "ws"
import * as Frame from "../../../src/platform/websocket/Frame.ts"
import { SendQueue } from "../../../src/platform/websocket/SendQueue.ts"

const handshake = [
  "GET / HTTP/1.1",
  "Host: localhost",
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "\r\n"
].join("\r\n")

/** A websocket to a client that reads nothing, and the stream under the websocket. */
const deaf = Effect.acquireRelease(
  Effect.async<{ readonly socket: WebSocket; readonly transport: Socket; readonly end: () => void }>((resume) => {
    const upgrading = new WebSocketServer({ noServer: true })
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      const client = connect(port, "127.0.0.1", () => client.write(handshake)).pause()
      server.once(
        "upgrade",
        (request, transport: Socket, head) =>
          upgrading.handleUpgrade(request, transport, head, (socket) => {
            const end = () => {
              client.destroy()
              transport.destroy()
              server.close()
            }
            resume(Effect.succeed({ socket, transport, end }))
          })
      )
    })
  }),
  ({ end }) => Effect.sync(end)
)

/** A frame larger than the buffers of a loopback connection. */
const block = Frame.text("x".repeat(16_777_216))
const ten = Frame.text("0123456789")
const one = Frame.text("0")

/** The send queue of that client, with one block waiting. */
const filled = (limits: { readonly sendMessages: number; readonly sendBytes: number }) =>
  Effect.map(deaf, ({ socket, transport }) => {
    const queue = new SendQueue({ socket, transport, limits, writeLater: () => undefined, onEmpty: () => undefined })
    expect(queue.add(block)).toBe(true)
    queue.write()
    return queue
  })

describe("the queue of a client that does not read", () => {
  it.scoped("holds as many messages as the limit, and not one more", () =>
    Effect.gen(function*() {
      const queue = yield* filled({ sendMessages: 3, sendBytes: 2 * block.length })
      expect([queue.add(one), queue.add(one), queue.add(one)]).toEqual([true, true, false])
    }))

  it.scoped("holds as many bytes as the limit, and not one more", () =>
    Effect.gen(function*() {
      const queue = yield* filled({ sendMessages: 100, sendBytes: block.length + 20 })
      expect([queue.add(ten), queue.add(ten), queue.add(one)]).toEqual([true, true, false])
    }))
})
