import { Context, Effect, Layer } from "effect"
import type { ServerResponse } from "node:http"
import { LinkedQueue } from "../../collections/LinkedQueue.ts"
import { waitFor, waiting } from "../../domain/Wait.ts"
import { Clients } from "./Clients.ts"
import { Pipeline } from "./Pipeline.ts"

/** State of the server. `leaving` is not ready but still serves, because balancers need time to notice. */
export type State = "starting" | "ready" | "leaving" | "stopping"

/** The bound on requests in flight that is reached. */
export type Full = "server" | "client" | "connection"

/** Limits of requests in flight. */
export interface Bounds {
  readonly server: number
  /** Limit for one client, so that the client leaves room to others. */
  readonly client: number
  /** Limit of requests that wait on one connection for an earlier answer. */
  readonly connection: number
}

const waitsForStop = waitFor("signal", () => ({ name: "stop of the server" }))

const unbounded: Bounds = { server: Infinity, client: Infinity, connection: Infinity }

/** Parts of a request, as bits: its response is closed, and its handler has ended. */
const closed = 1
const handled = 2

/** Closes the connection after a response. Requests in flight behind the response are still answered, in their turn. */
const closeAfter = (response: ServerResponse): void => {
  if (Pipeline.of(response.req.socket).last === response) response.shouldKeepAlive = false
}

/**
 * The server's state, and the count of its requests in flight. A request counts until its answer is sent or its client
 * has left, streams included. Its handler must have ended too, finalizers included.
 */
export class Lifecycle extends Context.Tag("barista/platform/lifecycle/Lifecycle")<Lifecycle, {
  readonly state: Effect.Effect<State>
  /**
   * Changes the state. From "leaving" on, the last answer of each connection says `connection: close`, unless its
   * headers are sent already.
   */
  readonly enter: (state: State) => Effect.Effect<void>
  /** Requests in flight. A plain function, as every request calls it. */
  readonly active: () => number
  /**
   * Bound that a begun request exceeds, so that it counts as no load and is rejected; undefined for nearly all
   * requests.
   */
  readonly full: (request: object) => Full | undefined
  /** Requests rejected since the start, by the bound that was reached. */
  readonly refused: Readonly<Record<Full, number>>
  /** Open connections, by client. */
  readonly clients: Clients
  readonly hasStarted: () => boolean
  readonly isStopping: () => boolean
  /** Completes when the server begins to stop, for work that would never end by itself. */
  readonly stopping: Effect.Effect<void>
  /**
   * Counts a request until its response is closed and its handler has ended. The caller calls the returned function
   * when the handler ends.
   */
  readonly begin: (response: ServerResponse) => () => void
  /** Completes when no request is in flight. */
  readonly idle: Effect.Effect<void>
}>() {
  static readonly layerWith = (bounds: Bounds) =>
    Layer.sync(Lifecycle, () => {
      let state: State = "starting"
      const underWay = new LinkedQueue<ServerResponse>()
      let active = 0
      let admitted = 0
      const clients = new Clients()
      const refused = { server: 0, client: 0, connection: 0 }
      /** Bounds by request. Holds only requests that were not admitted, which are few. */
      const full = new WeakMap<object, Full>()
      const none = Effect.unsafeMakeLatch(true)
      const stop = Effect.unsafeMakeLatch()

      const isEnding = () => state === "leaving" || state === "stopping"

      const fullFor = (ofClient: number, waiting: number): Full | undefined => {
        if (waiting > bounds.connection) return "connection"
        if (ofClient >= bounds.client) return "client"
        return admitted >= bounds.server ? "server" : undefined
      }

      const begin = (response: ServerResponse) => {
        const { socket } = response.req
        const usage = clients.of(socket)
        clients.use(usage)
        const { client } = usage
        const entry = underWay.add(response)
        let ended = 0
        active++
        none.unsafeClose()
        const pipeline = Pipeline.of(socket)
        pipeline.begin(response)
        const over = fullFor(client.requests, response.socket === null ? pipeline.open.length - 1 : 0)
        if (over === undefined) {
          admitted++
          client.requests++
        } else {
          refused[over]++
          full.set(response.req, over)
        }
        // Each part may be reported more than once, and counts once.
        const end = (part: number) => {
          if (ended === closed + handled) return
          ended |= part
          if (ended !== closed + handled) return
          underWay.remove(entry)
          active--
          usage.requests--
          if (over === undefined) {
            admitted--
            client.requests--
          }
          if (active === 0) none.unsafeOpen()
        }
        response.on("close", () => end(closed))
        if (isEnding() || over === "connection") response.shouldKeepAlive = false
        return () => end(handled)
      }

      return {
        state: Effect.sync(() => state),
        enter: (next) =>
          Effect.sync(() => {
            state = next
            if (!isEnding()) return
            if (next === "stopping") stop.unsafeOpen()
            for (let entry = underWay.first; entry !== undefined; entry = entry.next) closeAfter(entry.value)
          }),
        active: () => active,
        full: (request) => full.get(request),
        refused,
        clients,
        hasStarted: () => state !== "starting",
        isStopping: () => state === "stopping",
        stopping: waiting(waitsForStop)(stop.await),
        begin,
        idle: none.await
      }
    })

  /** Makes a lifecycle without bounds. */
  static readonly layer = Lifecycle.layerWith(unbounded)
}
