import { Effect, Random, Schema } from "effect"
import { Agent, type IncomingHttpHeaders, request as httpRequest } from "node:http"
import { Answer, type Answered, isPassing, next, type Request } from "./crash/Clients.ts"

/** The outcome of a request. */
interface Outcome {
  /** The time in milliseconds when the operating system had its last byte; undefined if never. */
  readonly sent: number | undefined
  /** Tells whether the first byte of an answer came. */
  readonly begun: boolean
  readonly answer: { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string } | undefined
  readonly failure: string
}

/** A request. A slow one takes seconds, so that it is in flight when the server stops. */
type Asked = Request | { readonly kind: "slow"; readonly path: string }

/** The observations of all clients over all rounds. */
export const makeRecord = () => ({
  answered: new Array<Answered>(),
  slow: 0,
  /** Definitive answers that came after the stop had begun. */
  finished: 0,
  /** Complete 503 answers. */
  turnedAway: 0,
  refused: 0,
  /** Requests sent on a kept-alive connection just as the server closed it as idle. */
  crossed: 0,
  repeated: 0,
  /** Observations that no client should make. */
  wrong: new Array<string>()
})
export type StopRecord = ReturnType<typeof makeRecord>

/** One life of a server; `stopAt` is the time of its stop in milliseconds. */
export interface Round {
  readonly port: number
  stopAt: number
}

const now = () => performance.now()

const send = (port: number, agent: Agent, asked: Asked) =>
  Effect.async<Outcome>((resume) => {
    let sent: number | undefined
    let begun = false
    const end = (failure: string, answer?: Outcome["answer"]) =>
      resume(Effect.succeed({ sent, begun, failure, answer }))
    const [method, headers, body] = asked.kind === "slow"
      ? ["GET", {}, undefined] as const
      : [
        "POST",
        { "content-type": "application/json", "idempotency-key": `"${asked.key}"` },
        JSON.stringify(asked.body)
      ] as const
    const request = httpRequest({ agent, host: "127.0.0.1", port, method, path: asked.path, headers }, (response) => {
      begun = true
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => void chunks.push(chunk)).on("error", ({ message }) => end(message))
      response.on("end", () => {
        const { headers, statusCode = 0 } = response
        end("", { status: statusCode, headers, text: Buffer.concat(chunks).toString() })
      })
    })
    request.on("finish", () => {
      sent = now()
    }).on("error", (error) => end(String(error)))
    request.end(body)
  })

/** The interval of slow requests. */
const slowEvery = 20

const draw = Effect.fnUntraced(function*(client: number, n: number): Effect.fn.Return<Asked> {
  const dice = yield* Random.nextIntBetween(0, slowEvery)
  if (dice > 0) return yield* next(client, n)
  return { kind: "slow", path: (yield* Random.nextBoolean) ? "/async-slow" : "/measured/" }
})

/** Notes an answer; returns whether it is final for the request. */
const note = Effect.fnUntraced(
  function*({ stopAt }: Round, record: StopRecord, asked: Asked, answer: NonNullable<Outcome["answer"]>) {
    const { headers, status, text } = answer
    const stopping = now() >= stopAt
    if (isPassing(status, text)) {
      const right = status === 409
        || (status === 503 && stopping && headers.connection === "close" && Number(headers["retry-after"]) > 0)
      if (right) record.turnedAway += 1
      else record.wrong.push(`${status} for ${asked.path}: ${text} ${JSON.stringify(headers)}`)
      return false
    }
    if (stopping) record.finished += 1
    if (asked.kind !== "slow") record.answered.push({ ...asked, status, answer: yield* Schema.decode(Answer)(text) })
    else if (status === 200) record.slow += 1
    else record.wrong.push(`${status} for ${asked.path}: ${text}`)
    return true
  }
)

/** Notes a missing answer; returns whether a server is there. */
const noteFailure = ({ stopAt }: Round, record: StopRecord, asked: Asked, { begun, failure, sent }: Outcome) => {
  if (failure.includes("ECONNREFUSED")) {
    record.refused += 1
    if (now() < stopAt) record.wrong.push(`refused before the stop: ${asked.path}`)
    return false
  }
  if (begun || sent === undefined || sent < stopAt) {
    record.wrong.push(
      `no answer to ${asked.path}, ${
        begun ? "cut off" : `sent ${sent === undefined ? "never" : `${(stopAt - sent).toFixed(1)} ms before the stop`}`
      }: ${failure}`
    )
  } else record.crossed += 1
  return true
}

/** Milliseconds between two requests, in which the connection is idle. */
const longestPause = 10

/** A client that outlives the servers, and repeats requests without a final answer under their keys. */
export const makeClient = (number: number, record: StopRecord) => {
  let n = 0
  let pending: Asked | undefined
  const one = Effect.fnUntraced(function*(round: Round, agent: Agent) {
    if (pending === undefined) pending = yield* draw(number, ++n)
    else record.repeated += 1
    const asked = pending
    const outcome = yield* send(round.port, agent, asked)
    if (outcome.answer === undefined) return noteFailure(round, record, asked, outcome)
    if (yield* note(round, record, asked, outcome.answer)) pending = undefined
    return true
  })
  const withAgent = <A, E>(use: (agent: Agent) => Effect.Effect<A, E>) =>
    Effect.acquireUseRelease(
      Effect.sync(() => new Agent({ keepAlive: true, maxSockets: 1 })),
      use,
      (agent) => Effect.sync(() => agent.destroy())
    )
  return {
    /** Sends one request after the other, until the server is gone. */
    during: (round: Round) =>
      withAgent((agent) =>
        one(round, agent).pipe(
          Effect.zipLeft(Effect.flatMap(Random.nextIntBetween(0, longestPause), (pause) => Effect.sleep(pause))),
          Effect.repeat({ while: (goesOn) => goesOn })
        )
      ),
    /** Sends only the remaining requests. */
    finish: (round: Round) =>
      withAgent((agent) =>
        Effect.whenEffect(
          one(round, agent),
          Effect.sync(() => pending !== undefined)
        ).pipe(
          Effect.zipLeft(Effect.sleep("50 millis")),
          Effect.repeat({ while: () => pending !== undefined })
        )
      )
  }
}
