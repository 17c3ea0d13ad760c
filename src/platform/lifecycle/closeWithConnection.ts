import type { ServerResponse } from "node:http"
import type { Socket } from "node:net"

const queued = new WeakMap<Socket, Set<ServerResponse>>()

/** One listener a connection, however many requests a client pipelines. */
const watch = (socket: Socket): Set<ServerResponse> => {
  const responses = new Set<ServerResponse>()
  socket.once("close", () => {
    for (const response of responses) {
      // one that has its turn is told by node
      if (response.socket === null) response.emit("close")
    }
  })
  queued.set(socket, responses)
  return responses
}

/**
 * Has a response told that its connection has closed even while it waits for its turn behind another one (RFC 9112, 9.3.2): node tells only the
 * one whose turn it is, and who waits for the others would wait for ever.
 */
export const closeWithConnection = (response: ServerResponse): void => {
  if (response.socket !== null) return
  const { socket } = response.req
  const responses = queued.get(socket) ?? watch(socket)
  responses.add(response)
  response.on("close", () => responses.delete(response))
}
