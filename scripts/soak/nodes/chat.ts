// Members of the chat, two on each server, who talk and join again when they are cut off.
import { Effect, Schema } from "effect"
import { WebSocket } from "ws"
import { type Check, exactly, without } from "../../harness/checks.ts"
import { count } from "../crash/Clients.ts"

const Event = Schema.decodeUnknownOption(
  Schema.parseJson(Schema.Struct({
    id: Schema.Number,
    kind: Schema.String,
    client_id: Schema.Number,
    time: Schema.String,
    text: Schema.optional(Schema.String)
  }))
)

/** Milliseconds between two messages of a member, and before it joins again. */
const [speaks, rests] = [200, 100]

/** Milliseconds after a server's death within which its members leave: 8 s of silence, and the look of another one. */
const leaving = 12_000

/** Members on each server. */
export const together = 2

/** The close code by which a server asks its clients to join again. */
const rejoin = 1012

/** A member's connection, with what it heard. */
interface Visit {
  readonly clientId: number
  readonly began: number
  ended: number
  lastId: number
  /** Times that each client has left. */
  readonly left: Map<number, number>
}

/** All members, and what they heard. */
class Talk {
  readonly closes = new Map<string, number>()
  /** Messages that were heard, and members that joined again as a server had asked them to. */
  heard = 0
  rejoined = 0
  readonly #portOf: (server: number) => number
  readonly #servers: number
  readonly #events = new Map<string, string>()
  readonly #visits: Array<Visit> = []
  readonly #disorder: Array<string> = []
  readonly #deaths: Array<{ readonly clientId: number; readonly at: number }> = []
  readonly #present = new Map<number, { readonly socket: WebSocket; readonly visit: Visit }>()
  #lastClient = 0
  #isOpen = true

  constructor(portOf: (server: number) => number, servers: number) {
    this.#portOf = portOf
    this.#servers = servers
    for (let place = 0; place < together * servers; place++) this.#join(place, false)
  }

  #join(place: number, again: boolean): void {
    if (!this.#isOpen) return
    const clientId = ++this.#lastClient
    const visit: Visit = { clientId, began: performance.now(), ended: Infinity, lastId: 0, left: new Map() }
    const port = this.#portOf(place % this.#servers)
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/${clientId}`, "barista.v1+json")
    let said = 0
    // @effect-diagnostics-next-line globalTimers:off: callbacks of sockets, which run no Effect
    const speaking = setInterval(() => {
      if (socket.readyState !== WebSocket.OPEN) return
      socket.send(JSON.stringify({ kind: "message", text: `${clientId} says ${++said}` }))
    }, speaks)
    socket.on("open", () => {
      this.#visits.push(visit)
      this.#present.set(place, { socket, visit })
      if (again) this.rejoined++
    })
    socket.on("message", (data) => this.#hear(visit, String(data)))
    socket.on("error", () => undefined)
    socket.on("close", (code) => {
      clearInterval(speaking)
      const wasIn = this.#visits.includes(visit)
      visit.ended = performance.now()
      if (this.#isOpen && wasIn) count(this.closes, String(code))
      // @effect-diagnostics-next-line globalTimers:off: as above
      setTimeout(() => this.#join(place, (again && !wasIn) || code === rejoin), rests)
    })
  }

  #hear(visit: Visit, text: string): void {
    const event = Event(text)
    if (event._tag === "None") return
    const { client_id, id, kind, time } = event.value
    const [key, content] = [`${id} ${time}`, `${kind} ${client_id} ${event.value.text ?? ""}`]
    const known = this.#events.get(key) ?? content
    // nobody sends personal messages, which would leave gaps
    if (visit.lastId > 0 && id !== visit.lastId + 1) this.#disorder.push(`${id} after ${visit.lastId}`)
    if (known !== content) this.#disorder.push(`${key}: ${content}, and ${known}`)
    this.#events.set(key, content)
    visit.lastId = id
    if (kind === "message") this.heard++
    if (kind === "left") visit.left.set(client_id, (visit.left.get(client_id) ?? 0) + 1)
  }

  /** Tells that a server is about to be killed. */
  expectDeath(server: number): void {
    for (const [place, { visit }] of this.#present) {
      if (place % this.#servers === server) this.#deaths.push({ clientId: visit.clientId, at: performance.now() })
    }
  }

  checks(): ReadonlyArray<Check> {
    const open = [...this.#present.values()].filter(({ socket }) => socket.readyState === WebSocket.OPEN)
    const witnesses = this.#deaths.flatMap(({ at, clientId }) =>
      this.#visits.filter(({ began, ended }) => began < at && ended > at + leaving)
        .map((visit) => ({ clientId, witness: visit.clientId, times: visit.left.get(clientId) ?? 0 }))
    )
    return [
      without("all members hear every event, in one order", this.#disorder),
      without(
        `members of killed servers leave once for each of ${witnesses.length} witnesses`,
        witnesses.filter(({ times }) => times !== 1).map((one) => JSON.stringify(one))
      ),
      exactly("members that are in the chat at the end", together * this.#servers, open.length)
    ]
  }

  end(): void {
    this.#isOpen = false
    for (const { socket } of this.#present.values()) socket.terminate()
  }
}

/** Lets members of each server talk until the scope closes. */
export const talk = (portOf: (server: number) => number, servers: number) =>
  Effect.acquireRelease(Effect.sync(() => new Talk(portOf, servers)), (talking) => Effect.sync(() => talking.end()))
