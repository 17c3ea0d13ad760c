import { Effect } from "effect"
import { connect, createServer, type Socket } from "node:net"

/** The fate of the bytes that a client sends: passed on, passed on but never answered, or kept. */
type Fate = "pass" | "lose the answer" | "keep"

/** A proxy before a PostgreSQL server, by which a test cuts and slows the network, until the scope closes. */
export const make = (url: string) =>
  Effect.gen(function*() {
    let held: Array<() => void> | undefined
    let fateOf: (sent: string) => Fate = () => "pass"
    const target = new URL(url)
    const sockets = new Set<Socket>()
    const server = createServer((client) => {
      const upstream = connect(Number(target.port), target.hostname)
      let isLost = false
      for (const socket of [client, upstream]) {
        sockets.add(socket)
        socket.on("error", () => undefined)
        socket.on("close", () => {
          client.destroy()
          upstream.destroy()
          sockets.delete(socket)
        })
      }
      client.on("data", (bytes) => {
        const fate = fateOf(bytes.toString("latin1"))
        if (fate === "lose the answer") isLost = true
        if (fate !== "keep") upstream.write(bytes)
      })
      upstream.on("data", (bytes) => {
        const answer = () => isLost ? client.destroy() : client.write(bytes)
        if (held === undefined) answer()
        else held.push(answer)
      })
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
    proxied.port = String(typeof address === "object" ? address?.port : 0)
    return {
      url: proxied.href,
      /** Keeps the server's answers from now on; `letGo` passes them on. */
      hold: () => {
        held = []
      },
      letGo: () => {
        const answers = held ?? []
        held = undefined
        for (const answer of answers) answer()
      },
      /** Decides over what clients send from now on. */
      decide: (decide: (sent: string) => Fate) => {
        fateOf = decide
      }
    }
  })
