import { Effect } from "effect"
import { tcpProxy } from "../../scripts/harness/tcpProxy.ts"

/** The fate of the bytes that a client sends: passed on, passed on but never answered, or kept. */
type Fate = "pass" | "lose the answer" | "keep"

/** A proxy before a PostgreSQL server, by which a test cuts and slows the network, until the scope closes. */
export const make = (url: string) =>
  Effect.gen(function*() {
    let held: Array<() => void> | undefined
    let fateOf: (sent: string) => Fate = () => "pass"
    const proxy = yield* tcpProxy(url, (client, upstream) => {
      let isLost = false
      client.on("close", () => upstream.destroy())
      upstream.on("close", () => client.destroy())
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
      client.resume()
    })
    return {
      url: proxy.url,
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
