// The handbook's chat as a bare loop on `ws`: a text goes in upper case to everyone, the sender too. Prints its port.
import { createServer } from "node:http"
import { type RawData, WebSocket, WebSocketServer } from "ws"
import { listen } from "./listen.ts"

const server = createServer()
const sockets = new WebSocketServer({ server, perMessageDeflate: false, maxPayload: 65_536 })
const members = new Set<WebSocket>()

sockets.on("connection", (socket, request) => {
  const prefix = `Client ${request.url?.slice("/ws/".length)}: `
  members.add(socket)
  socket.on("message", (data: RawData, isBinary: boolean) => {
    if (isBinary) return socket.close(1003)
    // encoded once, as ws would encode a string anew for every client
    const line = Buffer.from(prefix + String(data).toUpperCase())
    for (const member of members) {
      if (member.readyState === WebSocket.OPEN) member.send(line, { binary: false })
    }
  })
  socket.on("error", () => undefined)
  socket.on("close", () => members.delete(socket))
})

listen(server)
