import { Effect } from "effect"
import { connect, createServer, type Socket } from "node:net"

/**
 * A proxy on loopback before the server of a URL, until the scope closes. `join` passes on what one end of a connection
 * sends to the other; a client's end is paused until then. Returns the URL of the proxy, and its open ends.
 */
export const tcpProxy = (url: string, join: (client: Socket, upstream: Socket) => void) =>
  Effect.gen(function*() {
    const target = new URL(url)
    const sockets = new Set<Socket>()
    const server = createServer({ pauseOnConnect: true }, (client) => {
      const upstream = connect(Number(target.port), target.hostname)
      for (const socket of [client, upstream]) {
        sockets.add(socket)
        socket.on("error", () => undefined)
        socket.on("close", () => sockets.delete(socket))
      }
      join(client, upstream)
    })
    yield* Effect.acquireRelease(
      Effect.async<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
      () =>
        Effect.sync(() => {
          for (const socket of sockets) socket.destroy()
          server.close()
        })
    )
    const address = server.address()
    const proxied = new URL(url)
    proxied.port = String(typeof address === "object" ? address?.port ?? 0 : 0)
    return { url: proxied.href, sockets }
  })
