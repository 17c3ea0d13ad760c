// A balancer by node's own http: small, and without a dependency, as a proxy of npm brings more than is needed here.
import { Data, Duration, Effect } from "effect"
import { createServer, type IncomingMessage, request as send, type Server, type ServerResponse } from "node:http"
import { connect, type Socket } from "node:net"
import type { Duplex } from "node:stream"

/** The balancer cannot listen; the message says why. */
export class NoBalancer extends Data.TaggedError("NoBalancer")<{ readonly message: string }> {}

export interface Balancer {
  readonly origin: string
  /** Adds a server by its port on loopback; it gets requests once it is ready. */
  readonly add: (port: number) => Effect.Effect<void>
  readonly remove: (port: number) => Effect.Effect<void>
}

/** Pause between two questions whether a server is ready, and the time for its answer. */
const asking = Duration.seconds(1)

const loopback = "127.0.0.1"

/** Headers that concern one connection only (RFC 9110, 7.6.1). */
const ofConnection = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade"
])

/** Headers as they came, name and value in turn, without those of the connection. */
const passedOn = (raw: ReadonlyArray<string>): Array<string> =>
  raw.filter((_, index) => !ofConnection.has((raw[index - (index % 2)] ?? "").toLowerCase()))

const health = (port: number, signal: AbortSignal): Promise<Response> =>
  // @effect-diagnostics-next-line globalFetch:off: a request of any client, which needs no service
  fetch(`http://${loopback}:${port}/health/ready`, { signal })

const isReady = (port: number): Effect.Effect<boolean> =>
  Effect.tryPromise((signal) => health(port, signal)).pipe(
    Effect.map(({ ok }) => ok),
    Effect.timeout(asking),
    Effect.orElseSucceed(() => false)
  )

/** Opens a connection; nothing is sent over it. */
const opened = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, loopback)
    socket.once("connect", () => resolve(socket)).once("error", reject)
  })

const answer = (response: ServerResponse, status: 502 | 503, detail: string): void => {
  response.writeHead(status, { "content-type": "application/problem+json", "retry-after": "1" })
  response.end(
    JSON.stringify({ type: "about:blank", title: status === 502 ? "Bad gateway" : "No server", status, detail })
  )
}

/**
 * Shares requests among servers in turn. A request goes to another server only if it was not sent to the first: what a
 * server does before it dies is unknown, and the client's idempotency key settles it.
 */
class Servers {
  private readonly known = new Map<number, boolean>()
  private turn = 0

  set(port: number, ready: boolean): void {
    this.known.set(port, ready)
  }

  delete(port: number): void {
    this.known.delete(port)
  }

  has(port: number): boolean {
    return this.known.has(port)
  }

  /** Connects to the next ready server that takes the connection; undefined if none does. */
  async next(): Promise<{ readonly port: number; readonly socket: Socket } | undefined> {
    const ready = [...this.known].filter(([, isUp]) => isUp).map(([port]) => port)
    const first = this.turn++
    for (let step = 0; step < ready.length; step++) {
      const port = ready[(first + step) % ready.length] ?? 0
      try {
        return { port, socket: await opened(port) }
      } catch {
        // dead, and not noticed yet by its health
        if (this.known.has(port)) this.known.set(port, false)
      }
    }
    return undefined
  }
}

const pass = async (servers: Servers, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const found = await servers.next()
  if (found === undefined) return answer(response, 503, "No server is ready.")
  const { port, socket } = found
  // the client left meanwhile
  if (response.destroyed) return void socket.destroy()
  const { method, rawHeaders, url: path } = request
  const forwarded = send({
    createConnection: () => socket,
    host: loopback,
    port,
    method,
    path,
    headers: passedOn(rawHeaders)
  })
  response.on("close", () => forwarded.destroy())
  forwarded.on("response", (from) => {
    response.writeHead(from.statusCode ?? 502, passedOn(from.rawHeaders))
    response.flushHeaders()
    from.pipe(response)
    // a server that dies within its answer must not look as if the answer were whole
    from.on("error", () => response.destroy())
  })
  forwarded.on("error", () => {
    if (response.headersSent || response.destroyed) response.destroy()
    else {
      answer(
        response,
        502,
        "The server ended before it answered. An idempotency key tells whether the change was made."
      )
    }
  })
  request.pipe(forwarded)
}

/** Joins a client's upgraded connection and a server's, both ways. */
const join = async (servers: Servers, request: IncomingMessage, client: Duplex, head: Buffer): Promise<void> => {
  client.on("error", () => undefined)
  const found = await servers.next()
  if (found === undefined) {
    client.end("HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n")
    return
  }
  const { socket } = found
  const lines = request.rawHeaders.flatMap((name, index, raw) =>
    index % 2 === 0 ? [`${name}: ${raw[index + 1] ?? ""}`] : []
  )
  socket.on("error", () => undefined)
  socket.on("close", () => client.destroy())
  client.on("close", () => socket.destroy())
  socket.write(`${request.method ?? "GET"} ${request.url ?? "/"} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`)
  socket.write(head)
  socket.pipe(client)
  client.pipe(socket)
}

const listening = (server: Server, port: number) =>
  Effect.async<string, NoBalancer>((resume) => {
    server.once("error", ({ message }) =>
      resume(new NoBalancer({ message: `PORT: the balancer cannot listen: ${message}` })))
    server.listen(port, loopback, () => {
      const address = server.address()
      resume(Effect.succeed(`http://${loopback}:${typeof address === "object" ? address?.port ?? port : port}`))
    })
  })

/**
 * Starts a balancer on loopback until the scope closes: HTTP, event streams and websockets, to ready servers in turn,
 * no client bound to one of them.
 */
export const balancer = Effect.fnUntraced(function*(port: number) {
  const servers = new Servers()
  // a body may take as long as its server allows
  const server = createServer({ requestTimeout: 0 })
  server.on("request", (request, response) => void pass(servers, request, response))
  server.on("upgrade", (request, client, head) => void join(servers, request, client, head))
  const origin = yield* listening(server, port)
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      server.close()
      server.closeAllConnections()
    })
  )
  const scope = yield* Effect.scope
  const watch = (port: number) =>
    Effect.gen(function*() {
      const ready = yield* isReady(port)
      if (servers.has(port)) servers.set(port, ready)
      yield* Effect.sleep(asking)
    }).pipe(Effect.repeat({ while: () => servers.has(port) }), Effect.forkIn(scope))
  return {
    origin,
    add: (port) => Effect.zipRight(Effect.sync(() => servers.set(port, false)), Effect.asVoid(watch(port))),
    remove: (port) => Effect.sync(() => servers.delete(port))
  } satisfies Balancer
})
