// `PgClient` of @effect/sql-pg 0.53 was tried. Its interruption cancels another borrower's statement. A failed COMMIT
// is a defect, and a COMMIT that the server answers by ROLLBACK counts as success. `listen` stays silent after its
// connection is lost, and int8 comes as text.
import type { SqlConnection, SqlError } from "@effect/sql"
import { Duration, Effect, Function, Predicate, Stream } from "effect"
import { connect, Socket } from "node:net"
import type Pg from "pg"
import { waitFor, waiting } from "../../../domain/Wait.ts"
import type { WriterConnection } from "../ChangeConnection.ts"
import { causeOf, failed, isFinal } from "./Answers.ts"

/** Time for which a cancelled statement may go on, before its connection is closed. */
const cancelPatience = Duration.seconds(2)

/** Limit of named statements. The product has fewer, but `IN (…)` makes one for each length of its list. */
const mostPrepared = 500

/** Names of statements, which each session prepares once. */
const names = new Map<string, string>()

/** A statement without parameters may be several statements, which cannot be prepared. */
const nameOf = (text: string, values: Parameters): string | undefined => {
  if (values.length === 0) return undefined
  const known = names.get(text)
  if (known !== undefined || names.size >= mostPrepared) return known
  const name = `barista_${names.size + 1}`
  names.set(text, name)
  return name
}

const waitsForAnswer = waitFor("signal", () => ({ name: "the database" }))
const waitsForTurn = waitFor("turn")

type Query = Pg.QueryConfig | Pg.QueryArrayConfig
type Parameters = ReadonlyArray<unknown>
type Result = Pg.QueryResultBase & { readonly rows: ReadonlyArray<unknown> }

/** The code of a cancel request in the protocol (80877102), instead of the protocol's version. */
const cancelCode = 80_877_102

/**
 * Asks the server to cancel a session's present statement; completes once the server has signalled the session. The
 * driver's `cancel` does not tell when.
 */
const requestCancel = (client: Pg.Client): Effect.Effect<void> =>
  Effect.async((resume) => {
    const { host, port } = client
    const key = [
      Predicate.hasProperty(client, "processID") ? Number(client.processID) : 0,
      Predicate.hasProperty(client, "secretKey") ? Number(client.secretKey) : 0
    ]
    const packet = Buffer.alloc(16)
    for (const [index, word] of [packet.length, cancelCode, ...key].entries()) packet.writeInt32BE(word, 4 * index)
    const socket = host.startsWith("/") ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host)
    socket.once("connect", () => socket.write(packet))
    socket.once("error", () => undefined)
    socket.once("close", () => resume(Effect.void))
    return Effect.sync(() => socket.destroy())
  }, waitsForAnswer)

/**
 * One session of the server. Its statements run one after another. A statement that is interrupted is cancelled and
 * waited for; otherwise the cancellation could hit the next one.
 */
export class PgConnection implements WriterConnection {
  readonly client: Pg.Client
  readonly #turn = Effect.unsafeMakeSemaphore(1)
  #isAsking = false
  #broken: Error | undefined

  /** Closes the connection if an answer is late, since a cut network reports nothing. */
  constructor(client: Pg.Client, answerTimeout: Duration.Duration) {
    this.client = client
    client.on("error", (error) => this.break(error))
    const { stream } = client.connection
    if (stream instanceof Socket && Duration.isFinite(answerTimeout)) {
      stream.setTimeout(Duration.toMillis(answerTimeout), () => {
        if (this.#isAsking) stream.destroy(new Error("no answer in time"))
      })
    }
  }

  /** The reason why the connection must not be used again. */
  get broken(): Error | undefined {
    return this.#broken
  }

  get inTransaction(): boolean {
    return this.#broken === undefined
  }

  /** Marks the connection as unusable. */
  break(error: Error): void {
    this.#broken ??= error
  }

  /** Closes the socket, so that neither a statement nor the pool waits for the server. */
  destroy(error: Error): void {
    this.break(error)
    this.client.connection.stream.destroy(error)
  }

  /** Runs one or more statements without parameters. Returns the name of the last command that the server has done. */
  command(text: string): Effect.Effect<string, SqlError.SqlError> {
    return Effect.map(this.#query({ text }), ({ command }) => command)
  }

  readonly execute = (sql: string, values: Parameters): Effect.Effect<ReadonlyArray<unknown>, SqlError.SqlError> =>
    Effect.map(this.executeRaw(sql, values), ({ rows }) => rows)

  readonly executeUnprepared = (sql: string, values: Parameters) =>
    Effect.map(this.#query({ text: sql, values: [...values] }), ({ rows }) => rows)

  readonly executeRaw = (sql: string, values: Parameters): Effect.Effect<Result, SqlError.SqlError> => {
    const name = nameOf(sql, values)
    return this.#query({ text: sql, values: [...values], ...(name === undefined ? {} : { name }) })
  }

  readonly executeValues = (sql: string, values: Parameters) =>
    Effect.map(
      this.#query({ text: sql, values: [...values], rowMode: "array" }),
      ({ rows }) => rows.filter((row) => Array.isArray(row))
    )

  readonly executeStream: SqlConnection.Connection["executeStream"] = () =>
    Stream.dieMessage("statements are not streamed, as each is bounded in rows")

  #query(query: Query): Effect.Effect<Result, SqlError.SqlError> {
    return waiting(waitsForTurn)(this.#turn.withPermits(1)(Effect.suspend(() => this.#ask(query))))
  }

  #ask(query: Query): Effect.Effect<Result, SqlError.SqlError> {
    return Effect.async<Result, SqlError.SqlError>((resume) => {
      const asked: Asked = { hasEnded: false, tell: Function.constVoid }
      this.#isAsking = true
      this.client.query(query, (error: Error | null, result: Result | ReadonlyArray<Result>) => {
        this.#isAsking = false
        asked.hasEnded = true
        asked.tell()
        if (error === null || error === undefined) return resume(Effect.succeed(lastOf(result)))
        const cause = causeOf(error)
        if (isFinal(cause)) this.break(cause)
        resume(Effect.fail(failed(cause)))
      })
      return Effect.suspend(() => asked.hasEnded ? Effect.void : this.#cancel(asked))
    }, waitsForAnswer)
  }

  /** Cancels a statement, and waits for its own end. */
  #cancel(asked: Asked): Effect.Effect<void> {
    const end = Effect.async<void>((resume) => {
      if (asked.hasEnded) resume(Effect.void)
      else asked.tell = () => resume(Effect.void)
    }, waitsForAnswer)
    const giveUp = Effect.delay(
      Effect.sync(() => this.destroy(new Error("a cancelled statement went on"))),
      cancelPatience
    )
    return Effect.raceFirst(
      Effect.interruptible(Effect.zipRight(requestCancel(this.client), end)),
      Effect.interruptible(giveUp)
    )
  }
}

/** A statement that the server was asked for. */
interface Asked {
  hasEnded: boolean
  tell: () => void
}

/** The result of the last of several statements. */
const lastOf = (result: Result | ReadonlyArray<Result>): Result => {
  const last = isList(result) ? result.at(-1) : result
  return last ?? { command: "", fields: [], oid: 0, rowCount: 0, rows: [] }
}

const isList = (result: Result | ReadonlyArray<Result>): result is ReadonlyArray<Result> => Array.isArray(result)
