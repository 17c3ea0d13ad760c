import { Effect, type Scope } from "effect"
import { createServer, type RequestListener, type Server } from "node:http"
import type { Socket } from "node:net"

export interface LoopbackServer {
  readonly url: URL
  /** All connections so far. */
  readonly sockets: ReadonlySet<Socket>
  readonly close: Effect.Effect<void>
}

/** Starts a plain HTTP server on a free port with any behaviour, good or bad, until the scope closes. */
export const make = (listener: RequestListener): Effect.Effect<LoopbackServer, never, Scope.Scope> =>
  start(createServer(listener))

/** Starts any HTTP server on a free port until the scope closes. */
export const start = (server: Server): Effect.Effect<LoopbackServer, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<LoopbackServer>((resume) => {
      const sockets = new Set<Socket>()
      server.on("connection", (socket) => sockets.add(socket))
      const close = Effect.async<void>((closed) => {
        server.close(() => closed(Effect.void))
        server.closeAllConnections()
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" ? address?.port : undefined
        resume(Effect.succeed({ url: new URL(`http://127.0.0.1:${port}`), sockets, close }))
      })
    }),
    ({ close }) => close
  )
