import { Effect } from "effect"
import { connect, createServer, type Socket } from "node:net"

/**
 * A network before a database, which can be cut and slowed. While it is cut, bytes and new connections wait, as they do
 * on a real network, and go on afterwards. Closes with the scope.
 */
export const faultyNetwork = (url: string) =>
  Effect.gen(function*() {
    const target = new URL(url)
    const sockets = new Set<Socket>()
    let isCut = false
    let delay = 0
    const server = createServer({ pauseOnConnect: true }, (client) => {
      const upstream = connect(Number(target.port), target.hostname)
      for (const [from, to] of [[client, upstream], [upstream, client]] as const) {
        // timers of one length keep their order
        // @effect-diagnostics-next-line globalTimers:off: bytes between sockets are no work of a fiber
        const later = (pass: () => void) => void (delay === 0 ? pass() : setTimeout(pass, delay))
        sockets.add(from)
        from.on("error", () => undefined)
        from.on("data", (bytes) => later(() => void to.write(bytes)))
        from.on("end", () => later(() => void to.end()))
        from.on("close", () => {
          sockets.delete(from)
          later(() => to.destroy())
        })
        if (isCut) from.pause()
        else from.resume()
      }
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
    return {
      url: proxied.href,
      cut: Effect.sync(() => {
        isCut = true
        for (const socket of sockets) socket.pause()
      }),
      mend: Effect.sync(() => {
        isCut = false
        for (const socket of sockets) socket.resume()
      }),
      /** Delays what is sent from now on, each way, by milliseconds. */
      slow: (milliseconds: number) =>
        Effect.sync(() => {
          delay = milliseconds
        })
    }
  })
