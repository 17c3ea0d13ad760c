import { Clock, Effect, Option, Random, Schema } from "effect"
import { connect } from "node:net"
import { type Answer, ask, RequestFailed } from "../harness/client.ts"
import { type Attempt, keyOfValid } from "./attempts.ts"

const transactionOf = Schema.decodeUnknown(Schema.parseJson(Schema.Struct({ transaction_id: Schema.Int })))

/** The observations of the clients. */
export const makeRecord = () => ({
  /** Accepted attempts by transaction id. */
  accepted: new Map<number, Attempt>(),
  /** Valid attempts of unknown outcome, by key. */
  killed: new Map<string, Attempt>(),
  /** Killed attempts that must have no effect: invalid ones, or those with half of their body. */
  killedInVain: 0,
  statuses: new Map<number, number>(),
  /** Answers that should not have come. */
  wrong: new Array<string>(),
  /** Milliseconds of the accepted attempts. */
  milliseconds: new Array<number>()
})
export type TransferRecord = ReturnType<typeof makeRecord>

const bodyOf = ({ amount, from, to }: Attempt) => ({ from_user: from, to_user: to, amount })

/** Sends the attempt and reads the answer; the parameters are in a JSON body or in the query. */
const askWhole = Effect.fnUntraced(function*(port: number, attempt: Attempt) {
  if (yield* Random.nextBoolean) return yield* ask(port, "POST", "/transfer-money/", bodyOf(attempt))
  const { amount, from, to } = attempt
  const query = new URLSearchParams({ from_user: String(from), to_user: String(to), amount })
  return yield* ask(port, "POST", `/transfer-money/?${query}`)
})

/** Sends the head and half of the body, and so never gets an answer; interruption cuts the connection. */
const askHalf = (port: number, attempt: Attempt) =>
  Effect.async<Answer, RequestFailed>((resume) => {
    const body = JSON.stringify(bodyOf(attempt))
    const socket = connect({ host: "127.0.0.1", port })
    socket.on("error", (error) => resume(new RequestFailed({ message: String(error) })))
    const head = `POST /transfer-money/ HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n`
    socket.write(`${head}content-length: ${body.length}\r\n\r\n${body.slice(0, body.length / 2)}`)
    return Effect.sync(() => socket.destroy())
  })

const write = Effect.fnUntraced(
  function*(record: TransferRecord, attempt: Attempt, { body, status }: Answer, took: number) {
    record.statuses.set(status, (record.statuses.get(status) ?? 0) + 1)
    if (!attempt.answers.includes(status)) record.wrong.push(`${status} for ${JSON.stringify(attempt)}: ${body}`)
    if (status !== 200) return
    const { transaction_id } = yield* transactionOf(body)
    if (record.accepted.has(transaction_id)) record.wrong.push(`transaction ${transaction_id} was answered twice`)
    record.accepted.set(transaction_id, attempt)
    record.milliseconds.push(took)
  }
)

/** Makes one attempt. Every tenth is killed at a random moment, a third of those with half of their body sent. */
const attemptOnce = Effect.fnUntraced(function*(port: number, attempt: Attempt, record: TransferRecord) {
  const kill = (yield* Random.nextIntBetween(0, 10)) === 0
  const half = kill && (yield* Random.nextIntBetween(0, 3)) === 0
  const patience = kill ? yield* Random.nextRange(1, 15) : 30_000
  const began = yield* Clock.currentTimeNanos
  const answer = yield* Effect.timeoutOption(half ? askHalf(port, attempt) : askWhole(port, attempt), patience)
  const took = Number((yield* Clock.currentTimeNanos) - began) / 1e6
  if (Option.isSome(answer)) return yield* write(record, attempt, answer.value, took)
  if (!kill) record.wrong.push(`no answer within 30 s: ${JSON.stringify(attempt)}`)
  if (half || attempt.kind !== "valid") record.killedInVain += 1
  else record.killed.set(keyOfValid(attempt), attempt)
})

/** Runs a client, which makes one attempt after the other until a moment, in milliseconds of the clock. */
export const client = (port: number, until: number, attempts: Effect.Effect<Attempt>, record: TransferRecord) =>
  Effect.flatMap(attempts, (attempt) => attemptOnce(port, attempt, record)).pipe(
    Effect.catchTag("RequestFailed", ({ message }) => Effect.sync(() => record.wrong.push(message))),
    Effect.repeat({ while: () => Effect.map(Clock.currentTimeMillis, (now) => now < until) })
  )
