// Members of the chat, one on each server, who talk and join again when they are cut off.
import { Effect, Schema } from "effect"
import { WebSocket } from "ws"
import { exactly, without } from "../../harness/checks.ts"
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

/** A connection of a member, with what it heard. */
interface Visit {
  readonly clientId: number
  readonly began: number
  ended: number
  lastId: number
  readonly left: Map<number, number>
}

/**
 * Lets a member of each server talk until `end`. Checks that all hear one order, and that each member of a server that
 * is killed leaves once for each member who was there all the time.
 */
export const talk = (portOf: (server: number) => number, servers: number) =>
  Effect.gen(function*() {
    const closes = new Map<string, number>()
    const events = new Map<string, string>()
    const visits: Array<Visit> = []
    const disorder: Array<string> = []
    const deaths: Array<{ readonly clientId: number; readonly at: number }> = []
    const sockets = new Map<number, { readonly socket: WebSocket; readonly visit: Visit }>()
    let [said, rejoined, lastClient, open] = [0, 0, 0, true]

    const join = (server: number, again: boolean): void => {
      if (!open) return
      const visit: Visit = {
        clientId: ++lastClient,
        began: performance.now(),
        ended: Infinity,
        lastId: 0,
        left: new Map()
      }
      const socket = new WebSocket(`ws://127.0.0.1:${portOf(server)}/ws/${visit.clientId}`, "barista.v1+json")
      let n = 0
      const speaking = setInterval(() => {
        if (socket.readyState === WebSocket.OPEN) {
          socket.send(JSON.stringify({ kind: "message", text: `${visit.clientId} says ${++n}` }))
        }
      }, speaks)
      socket.on("open", () => {
        visits.push(visit)
        sockets.set(server, { socket, visit })
        if (again) rejoined++
      })
      socket.on("message", (data) => {
        const event = Event(String(data))
        if (event._tag === "None") return
        const { client_id, id, kind, text, time } = event.value
        const [key, content] = [`${id} ${time}`, `${kind} ${client_id} ${text ?? ""}`]
        if (id <= visit.lastId) disorder.push(`${id} after ${visit.lastId}`)
        if ((events.get(key) ?? content) !== content) disorder.push(`${key}: ${content}, and ${events.get(key)}`)
        events.set(key, content)
        visit.lastId = id
        if (kind === "message") said++
        if (kind === "left") visit.left.set(client_id, (visit.left.get(client_id) ?? 0) + 1)
      })
      socket.on("error", () => undefined)
      socket.on("close", (code) => {
        clearInterval(speaking)
        const wasIn = visits.includes(visit)
        visit.ended = performance.now()
        if (open && wasIn) count(closes, String(code))
        // a member of a dead server joins its successor, which is no rejoining after a crash of the database
        setTimeout(() => join(server, (again && !wasIn) || code === 1012), rests)
      })
    }
    const leave = () => {
      open = false
      for (const { socket } of sockets.values()) socket.terminate()
    }
    yield* Effect.acquireRelease(
      Effect.sync(() => {
        for (let server = 0; server < servers; server++) join(server, false)
      }),
      () => Effect.sync(leave)
    )

    return {
      /** Tells that a server is about to be killed. */
      expectDeath: (server: number) => {
        const visit = sockets.get(server)?.visit
        if (visit !== undefined) deaths.push({ clientId: visit.clientId, at: performance.now() })
      },
      /** Ends the talk. */
      end: Effect.sync(() => {
        const present = [...sockets.values()].filter(({ socket }) => socket.readyState === WebSocket.OPEN).length
        const witnesses = deaths.flatMap(({ at, clientId }) =>
          visits.filter((visit) => visit.began < at && visit.ended === Infinity)
            .map((visit) => ({ clientId, witness: visit.clientId, times: visit.left.get(clientId) ?? 0 }))
        )
        leave()
        return {
          said,
          closes,
          rejoined,
          checks: [
            without("all members hear one order", disorder),
            without(
              `members of killed servers leave once for each of ${witnesses.length} witnesses`,
              witnesses.filter(({ times }) => times !== 1).map((one) => JSON.stringify(one))
            ),
            exactly("members that are in the chat at the end", servers, present)
          ]
        }
      })
    }
  })
