import { Context, Effect, Layer } from "effect"
import type { ServerResponse } from "node:http"
import { AppConfig, partOf } from "../../AppConfig.ts"
import { LinkedQueue } from "../../collections/LinkedQueue.ts"
import { Clients } from "./Clients.ts"
import { Connection } from "./Connection.ts"

/** `leaving` is no longer ready, but serves all the same: until balancers have seen that, they send requests on. */
export type State = "starting" | "ready" | "leaving" | "stopping"

/** The bound that is reached: as many requests are in flight as it allows. */
export type Full = "server" | "client" | "connection"

/** Most requests under way at once. */
export interface Bounds {
  readonly server: number
  /** Most of one client, so that it leaves room to the others. */
  readonly client: number
  /** Most that wait on one connection for the answer to an earlier one. */
  readonly connection: number
}

const unbounded: Bounds = { server: Infinity, client: Infinity, connection: Infinity }

/** The two parts of a request, as bits: its response is closed, and its handler has ended. */
const closed = 1
const handled = 2

/** Closes a response's connection after it; requests that are under way behind it are still answered, in their turn. */
const closeAfter = (response: ServerResponse): void => {
  if (Connection.of(response.req.socket).last === response) response.shouldKeepAlive = false
}

const make = (bounds: Bounds): Context.Tag.Service<Lifecycle> => {
  let state: State = "starting"
  const underWay = new LinkedQueue<ServerResponse>()
  let active = 0
  let admitted = 0
  const clients = new Clients()
  const refused = { server: 0, client: 0, connection: 0 }
  /** Only of those that were not admitted: few, and no load. */
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
    const connection = Connection.of(socket)
    connection.begin(response)
    const over = fullFor(client.requests, response.socket === null ? connection.open.length - 1 : 0)
    if (over === undefined) {
      admitted++
      client.requests++
    } else {
      refused[over]++
      full.set(response.req, over)
    }
    // each part may be told more than once, and counts once
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
    stopping: stop.await,
    begin,
    idle: none.await
  }
}

/**
 * Where the server is in its life, and how many requests are under way: counted from their arrival until their answer is sent or
 * their client is gone, streams included, and their handler has ended, finalizers included.
 */
export class Lifecycle extends Context.Tag("barista/platform/lifecycle/Lifecycle")<Lifecycle, {
  readonly state: Effect.Effect<State>
  /** From "leaving" on, the last answer of each connection says `connection: close`, if its headers are not yet sent. */
  readonly enter: (state: State) => Effect.Effect<void>
  /** Requests under way; a plain function, as it is asked once a request. */
  readonly active: () => number
  /** Why a request that has begun is none of the load, and is to be refused; undefined for nearly all. */
  readonly full: (request: object) => Full | undefined
  /** How many were to be refused since the start, by what was full. */
  readonly refused: Readonly<Record<Full, number>>
  /** Open connections, and whose they are. */
  readonly clients: Clients
  readonly hasStarted: () => boolean
  readonly isStopping: () => boolean
  /** Ends when the server begins to stop: for what would not end by itself. */
  readonly stopping: Effect.Effect<void>
  /** Counts a request from now until its response is closed and its handler has ended, which the caller says by what it gets. */
  readonly begin: (response: ServerResponse) => () => void
  /** Ends when no request is under way. */
  readonly idle: Effect.Effect<void>
}>() {
  /** Without bounds. */
  static readonly layer = Layer.sync(Lifecycle, () => make(unbounded))

  /** With the bounds of the configuration. */
  static readonly bounded = Layer.effect(
    Lifecycle,
    Effect.map(
      AppConfig,
      ({ maxPipelined, maxRequests, maxRequestsPerClient }) =>
        make({ server: maxRequests, client: partOf(maxRequests, maxRequestsPerClient), connection: maxPipelined })
    )
  )
}
