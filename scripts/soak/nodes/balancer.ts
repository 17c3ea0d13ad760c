// Clients behind a balancer, which asks servers whether they are ready. It sends a request to another server only where
// the first one has surely not taken it.
import { Clock, Effect, Random, Schema } from "effect"
import { ask } from "../../harness/client.ts"
import { Answer, type Answered, count, nameOf, next, type Request } from "../crash/Clients.ts"

/** Outcomes after which the request goes to another server: nobody listens, or the server says that it stops. */
const goesOn: ReadonlySet<string> = new Set(["ECONNREFUSED", "503 Stopping"])

export interface Balanced {
  readonly answered: Array<Answered>
  readonly outcomes: Map<string, number>
  /** Requests that failed for their clients. */
  readonly failed: Array<string>
  /** Milliseconds of each request, with its tries. */
  readonly milliseconds: Array<number>
}

/** Sends a request to the servers in turn, from a random one on. */
const send = Effect.fnUntraced(function*(ports: () => ReadonlyArray<number>, request: Request, seen: Balanced) {
  const began = yield* Clock.currentTimeMillis
  const first = yield* Random.nextIntBetween(0, 1000)
  for (let n = first;; n++) {
    const all = ports()
    if (all.length === 0) {
      yield* Effect.sleep(looks)
      continue
    }
    const { outcome, text } = yield* ask(all[n % all.length] ?? 0, "POST", request.path, request.body, {
      "idempotency-key": `"${request.key}"`
    }).pipe(
      Effect.map(({ body, status }) => ({ outcome: nameOf(status, body), text: body })),
      Effect.catchAll(({ message }) =>
        Effect.succeed({ outcome: /E[A-Z]{4,}/.exec(message)?.[0] ?? message, text: "" })
      ),
      Effect.timeoutTo({
        duration: "15 seconds",
        onSuccess: (answer) => answer,
        onTimeout: () => ({ outcome: "no answer in time", text: "" })
      })
    )
    count(seen.outcomes, outcome)
    if (goesOn.has(outcome)) continue
    seen.milliseconds.push((yield* Clock.currentTimeMillis) - began)
    const status = Number.parseInt(outcome, 10)
    if (status < 300) seen.answered.push({ ...request, status, answer: yield* Schema.decode(Answer)(text) })
    // a transfer from an empty account is refused, which is no failure of the servers
    else if (status !== 409) seen.failed.push(`${request.key}: ${outcome} ${text}`)
    return
  }
})

/** Pause between two questions whether a server is ready. */
const looks = "100 millis"

/** Settings by which a server goes on serving until balancers have noticed that it leaves. */
export const leaving = { SHUTDOWN_DELAY: "1 second" }

/** Asks servers again and again whether they are ready, until the scope closes. Returns the ports of those that are. */
export const watchReady = Effect.fnUntraced(function*(portOf: (server: number) => number, servers: number) {
  const ready = new Set<number>()
  const watch = (server: number) =>
    Effect.gen(function*() {
      const port = portOf(server)
      const answer = yield* Effect.option(ask(port, "GET", "/health/ready"))
      if (answer._tag === "Some" && answer.value.status === 200) ready.add(port)
      else ready.delete(port)
      if (portOf(server) !== port) ready.delete(port)
      yield* Effect.sleep(looks)
    })
  for (let server = 0; server < servers; server++) yield* Effect.forkScoped(Effect.forever(watch(server)))
  return () => [...ready]
})

/** Begins the journal of all clients. */
export const makeBalanced = (): Balanced => ({ answered: [], outcomes: new Map(), failed: [], milliseconds: [] })

/** Runs clients of these numbers, each sending one request after the other while `open` holds. */
export const balanced = Effect.fnUntraced(function*(
  ports: () => ReadonlyArray<number>,
  clients: ReadonlyArray<number>,
  open: () => boolean,
  seen: Balanced
) {
  const client = (number: number) =>
    Effect.gen(function*() {
      for (let n = 1; open(); n++) {
        yield* send(ports, yield* next(number, n), seen)
        yield* Effect.sleep("20 millis")
      }
    })
  yield* Effect.forEach(clients, client, { concurrency: "unbounded", discard: true })
})
