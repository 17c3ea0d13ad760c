// Careful clients: every request has an Idempotency-Key and is repeated until it has an answer.
import { HttpClient, HttpClientRequest } from "@effect/platform"
import { Effect, Either, Predicate, Random, Schema } from "effect"

export const Answer = Schema.parseJson(Schema.Struct({
  id: Schema.optional(Schema.Number),
  job: Schema.optional(Schema.String),
  transaction_id: Schema.optional(Schema.Number)
}))

type Kind = "registration" | "user" | "transfer"

/** A request that changes data, with the key under which it may be repeated. */
export interface Request {
  readonly kind: Kind
  readonly key: string
  readonly path: string
  readonly body: Readonly<Record<string, string | number>>
}

/** A request and its definitive answer. */
export interface Answered extends Request {
  readonly status: number
  readonly answer: typeof Answer.Type
}

/** The journal of all clients. */
export interface Journal {
  readonly answered: Array<Answered>
  /** Requests that had to be repeated, and answers that the server replayed. */
  repeated: number
  replayed: number
  /** Counts all answers and failures by status and problem, or by the failure's code. */
  readonly outcomes: Map<string, number>
}

/** The number of payers, users 1 to 3 of the sample data. */
const payers = 3

/** Draws the nth request of a client from `Random`. */
export const next = Effect.fnUntraced(function*(client: number, n: number) {
  const key = `crash-${client}-${n}`
  const email = `${key}@example.com`
  const draw = yield* Random.nextIntBetween(0, 10)
  const request = (kind: Kind, path: string, body: Request["body"]): Request => ({ kind, key, path, body })
  if (draw < 4) return request("registration", "/register-user/", { email })
  if (draw < 6) return request("user", "/users/", { name: key, email })
  const from_user = yield* Random.nextIntBetween(1, payers + 1)
  const to_user = from_user % payers + 1
  const amount = (yield* Random.nextIntBetween(1, 2000)) / 100
  return request("transfer", "/transfer-money/", { from_user, to_user, amount })
})

/** Tells whether an answer asks for patience: the server starts, stops, is full, or still works on the key. */
export const isPassing = (status: number, text: string) =>
  status >= 500 || (status === 409 && text.includes("IdempotencyKeyInProgress"))

/** Names a failure without an answer by the system's code, which an error deep inside has. */
const codeOf = (error: unknown, depth = 0): string =>
  depth === 5 || !Predicate.isObject(error)
    ? "no answer"
    : Predicate.hasProperty(error, "code") && Predicate.isString(error.code)
    ? error.code
    : Predicate.hasProperty(error, "_tag") && error._tag === "TimeoutException"
    ? "no answer in time"
    : codeOf(Predicate.hasProperty(error, "cause") ? error.cause : undefined, depth + 1)

/** Names an answer by its status, and its problem. */
export const nameOf = (status: number, text: string): string =>
  [status, ...status < 400 ? [] : [/"_tag":"(\w+)"/.exec(text)?.[1] ?? "without a problem"]].join(" ")

/** Counts an outcome. */
export const count = (outcomes: Map<string, number>, name: string): void =>
  void outcomes.set(name, (outcomes.get(name) ?? 0) + 1)

/** Lists counted outcomes, most first. */
export const listed = (outcomes: ReadonlyMap<string, number>): string =>
  [...outcomes].sort(([, a], [, b]) => b - a).map(([name, n]) => `${n} x ${name}`).join(", ")

const send = (origin: Effect.Effect<string>, journal: Journal, request: Request) =>
  Effect.gen(function*() {
    const client = yield* HttpClient.HttpClient
    while (true) {
      const attempt = yield* HttpClientRequest.post(`${yield* origin}${request.path}`).pipe(
        HttpClientRequest.setHeader("idempotency-key", `"${request.key}"`),
        HttpClientRequest.bodyUnsafeJson(request.body),
        client.execute,
        Effect.flatMap((response) => Effect.map(response.text, (text) => ({ response, text }))),
        Effect.timeout("10 seconds"),
        Effect.either
      )
      count(
        journal.outcomes,
        Either.match(attempt, {
          onLeft: (error) => codeOf(error),
          onRight: ({ response, text }) => nameOf(response.status, text)
        })
      )
      if (Either.isRight(attempt) && !isPassing(attempt.right.response.status, attempt.right.text)) {
        const { response, text } = attempt.right
        if (response.headers["idempotency-replayed"] === "true") journal.replayed += 1
        return { ...request, status: response.status, answer: yield* Schema.decode(Answer)(text) }
      }
      journal.repeated += 1
      yield* Effect.sleep("50 millis")
    }
  })

/**
 * Runs clients, each sending one request after the other while `open` holds; ends when each has its last answer. Each
 * try asks `origin` for a server.
 */
export const run = (origin: Effect.Effect<string>, clients: number, open: () => boolean) =>
  Effect.gen(function*() {
    const journal: Journal = { answered: [], repeated: 0, replayed: 0, outcomes: new Map() }
    const client = (number: number) =>
      Effect.gen(function*() {
        for (let n = 1; open(); n++) {
          journal.answered.push(yield* send(origin, journal, yield* next(number, n)))
          yield* Effect.sleep("20 millis")
        }
      })
    yield* Effect.forEach(Array.from({ length: clients }, (_, n) => n + 1), client, { concurrency: clients })
    return journal
  })
