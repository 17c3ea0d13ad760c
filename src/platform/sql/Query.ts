// SqlSchema of @effect/sql 0.52.1 decodes by Effect's parser. Measured by `npm run bench:query`, in us, medians of
// seven:
//
// | query         | SqlSchema on @effect/sql-sqlite-node 0.53.0 | here | better-sqlite3 alone |
// | ------------- | ------------------------------------------- | ---- | -------------------- |
// | row by its id | 175                                         | 31   | 32                   |
// | 20 rows       | 475                                         | 128  | 144                  |
// | insert        | 85                                          | 27   | 7                    |
import type { SqlError } from "@effect/sql"
import { Cause, Effect, Either, Exit, Option, ParseResult, Schema } from "effect"
import { decoder, encoder } from "../codec/Codec.ts"

/** A failed query: the database refuses it, a schema rejects its request or a row, or the row it needs is missing. */
export type Failure = SqlError.SqlError | ParseResult.ParseError | Cause.NoSuchElementException

type Failed<E> = E | ParseResult.ParseError

interface Command<A, I, B, E> {
  readonly Request: Schema.Schema<A, I>
  readonly execute: (request: I) => Effect.Effect<B, E>
}

interface Query<A, I, B, J, E> extends Command<A, I, ReadonlyArray<unknown>, E> {
  /** Schema of one row. */
  readonly Result: Schema.Schema<B, J>
}

const failed = (issue: ParseResult.ParseIssue) => Exit.fail(ParseResult.parseError(issue))

const executing = <A, I, B, E>({ Request, execute }: Command<A, I, B, E>) => {
  const encode = encoder(Request)
  return (request: A) =>
    Effect.suspend((): Effect.Effect<B, Failed<E>> => {
      const encoded = encode(request)
      return Either.isLeft(encoded) ? failed(encoded.left) : execute(encoded.right)
    })
}

const decoding = <A, I>(schema: Schema.Schema<A, I>) => {
  const decode = decoder(schema)
  return (answered: unknown): Exit.Exit<A, ParseResult.ParseError> => {
    const decoded = decode(answered)
    return Either.isLeft(decoded) ? failed(decoded.left) : Exit.succeed(decoded.right)
  }
}

/** A query for any number of rows, like `SqlSchema.findAll`. */
export const findAll = <A, I, B, J, E>(query: Query<A, I, B, J, E>) => {
  const execute = executing(query)
  const decode = decoding(Schema.Array(query.Result))
  return (request: A): Effect.Effect<ReadonlyArray<B>, Failed<E>> => Effect.flatMap(execute(request), decode)
}

/** A query for the first row, if any, like `SqlSchema.findOne`. */
export const findOne = <A, I, B, J, E>(query: Query<A, I, B, J, E>) => {
  const execute = executing(query)
  const decode = decoding(query.Result)
  return (request: A): Effect.Effect<Option.Option<B>, Failed<E>> =>
    Effect.flatMap(
      execute(request),
      (rows) => rows.length === 0 ? Effect.succeedNone : Exit.map(decode(rows[0]), Option.some)
    )
}

/** A query for a row that always exists, like `SqlSchema.single`. */
export const single = <A, I, B, J, E>(query: Query<A, I, B, J, E>) => {
  const execute = executing(query)
  const decode = decoding(query.Result)
  return (request: A): Effect.Effect<B, Failed<E> | Cause.NoSuchElementException> =>
    Effect.flatMap(
      execute(request),
      (rows): Exit.Exit<B, ParseResult.ParseError | Cause.NoSuchElementException> =>
        rows.length === 0 ? Exit.fail(new Cause.NoSuchElementException()) : decode(rows[0])
    )
}

const command = <A, I, B, E>(options: Command<A, I, B, E>) => {
  const execute = executing(options)
  return (request: A): Effect.Effect<void, Failed<E>> => Effect.asVoid(execute(request))
}
export {
  /** A statement whose rows, if any, are ignored, like `SqlSchema.void`. */
  command as void
}
