// Clients behind a balancer, which sends a request to another server only if the first one has surely not taken it.
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
