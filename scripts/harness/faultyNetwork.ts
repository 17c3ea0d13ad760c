import { Effect } from "effect"
import { tcpProxy } from "./tcpProxy.ts"

/**
 * A network before a database, which can be cut and slowed. While it is cut, bytes and new connections wait, as they do
 * on a real network, and go on afterwards. Closes with the scope.
 */
export const faultyNetwork = (url: string) =>
  Effect.gen(function*() {
    let isCut = false
    let delay = 0
    const proxy = yield* tcpProxy(url, (client, upstream) => {
      for (const [from, to] of [[client, upstream], [upstream, client]] as const) {
        // timers of one length keep their order
        // @effect-diagnostics-next-line globalTimers:off: bytes between sockets are no work of a fiber
        const later = (pass: () => void) => void (delay === 0 ? pass() : setTimeout(pass, delay))
        from.on("data", (bytes) => later(() => void to.write(bytes)))
        from.on("end", () => later(() => void to.end()))
        from.on("close", () => later(() => to.destroy()))
        if (isCut) from.pause()
        else from.resume()
      }
    })
    return {
      url: proxy.url,
      cut: Effect.sync(() => {
        isCut = true
        for (const socket of proxy.sockets) socket.pause()
      }),
      mend: Effect.sync(() => {
        isCut = false
        for (const socket of proxy.sockets) socket.resume()
      }),
      /** Delays what is sent from now on, each way, by milliseconds. */
      slow: (milliseconds: number) =>
        Effect.sync(() => {
          delay = milliseconds
        })
    }
  })
