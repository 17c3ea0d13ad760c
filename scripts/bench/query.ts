// `npm run bench:query` measures one query by our path, by @effect/sql's own and by the bare driver, in microseconds,
// in turns. The former two decode rows and encode parameters, and run as in production, where nothing collects spans.
// The bench stops by itself.
import { Reactivity } from "@effect/experimental"
import { FileSystem } from "@effect/platform"
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { type SqlClient, type SqlError, SqlSchema } from "@effect/sql"
import { SqliteClient } from "@effect/sql-sqlite-node"
import Sqlite from "better-sqlite3"
import { Clock, Console, Effect, Layer, type ParseResult, Schema } from "effect"
import { AppConfig } from "../../src/AppConfig.ts"
import { UserId } from "../../src/domain/Ids.ts"
import * as Tracing from "../../src/platform/observability/Tracing.ts"
import { Database } from "../../src/platform/sql/Database.ts"
import * as Query from "../../src/platform/sql/Query.ts"
import * as SqliteDatabase from "../../src/platform/sql/sqlite/SqliteDatabase.ts"
import { User } from "../../src/users/Api.ts"
import { median } from "./report/statistics.ts"

const people = 20
const rounds = 7
/** Queries of a round, all in one fiber; they take more than a millisecond. */
const queries = 2000

/** A measured query and its repetitions; the inserts share one transaction, which is rolled back. */
interface Contender {
  readonly name: string
  readonly find: Effect.Effect<void, Failure>
  readonly list: Effect.Effect<void, Failure>
  readonly insert: Effect.Effect<void, Failure>
}

type Failure = SqlError.SqlError | ParseResult.ParseError

const times = <E>(query: (n: number) => Effect.Effect<unknown, E>) =>
  Effect.gen(function*() {
    for (let n = 0; n < queries; n++) yield* query(n)
  })

const NewUser = Schema.Struct({ name: Schema.String, email: Schema.String })
const Window = Schema.Struct({ after: Schema.Int, limit: Schema.Int })

type Schemas = Pick<typeof Query, "findAll" | "findOne" | "void">

/** Makes the same three queries from the functions and clients of either path. */
const contender = (
  name: string,
  { findAll, findOne, void: command }: Schemas,
  reader: SqlClient.SqlClient,
  writer: SqlClient.SqlClient
): Contender => {
  const find = findOne({
    Request: UserId,
    Result: User,
    execute: (id) => reader`SELECT id, name, email FROM users WHERE id = ${id}`
  })
  const list = findAll({
    Request: Window,
    Result: User,
    execute: ({ after, limit }) =>
      reader`SELECT id, name, email FROM users WHERE id > ${after} ORDER BY id LIMIT ${limit}`
  })
  const insert = command({
    Request: NewUser,
    execute: ({ email, name }) =>
      writer`INSERT INTO users (name, email, email_key) VALUES (${name}, ${email}, ${email})`
  })
  return {
    name,
    find: times((n) => find(UserId.make(1 + (n % people)))),
    list: times(() => list({ after: 0, limit: 101 })),
    insert: Effect.ignore(writer.withTransaction(
      Effect.zipRight(times((n) => insert({ name: "Ann", email: `ann${n}@example.com` })), Effect.fail("undo"))
    ))
  }
}

const bare = (filename: string): Contender => {
  const database = new Sqlite(filename)
  database.pragma("synchronous = FULL")
  database.pragma("foreign_keys = ON")
  const find = database.prepare("SELECT id, name, email FROM users WHERE id = ?")
  const list = database.prepare("SELECT id, name, email FROM users WHERE id > ? ORDER BY id LIMIT ?")
  const insert = database.prepare("INSERT INTO users (name, email, email_key) VALUES (?, ?, ?)")
  const repeat = (query: (n: number) => unknown) =>
    Effect.sync(() => {
      for (let n = 0; n < queries; n++) query(n)
    })
  return {
    name: "better-sqlite3",
    find: repeat((n) => find.get(1 + (n % people))),
    list: repeat(() => list.all(0, 101)),
    insert: Effect.sync(() => database.exec("BEGIN IMMEDIATE")).pipe(
      Effect.zipRight(repeat((n) => insert.run("Ann", `ann${n}@example.com`, `ann${n}@example.com`))),
      Effect.zipRight(Effect.sync(() => database.exec("ROLLBACK")))
    )
  }
}

const measure = Effect.fnUntraced(
  function*(title: string, kind: "find" | "list" | "insert", all: ReadonlyArray<Contender>) {
    const figures = all.map(() => new Array<number>())
    // the first round lets V8 compile
    for (let round = 0; round <= rounds; round++) {
      for (const [index, contender] of all.entries()) {
        const began = yield* Clock.currentTimeNanos
        yield* contender[kind]
        if (round > 0) figures[index]?.push(Number((yield* Clock.currentTimeNanos) - began) / 1000 / queries)
      }
    }
    yield* Console.log(`${title}, us`)
    for (const [index, { name }] of all.entries()) {
      const own = figures[index] ?? []
      yield* Console.log(
        `  ${name.padEnd(16)}median ${median(own).toFixed(1).padStart(6)}   ${own.map((us) => us.toFixed(1)).join(" ")}`
      )
    }
  }
)

const bench = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const { reader, writer } = yield* Database
  yield* Effect.forEach(
    Array.from({ length: people }, (_, n) => `user${n}@example.com`),
    (email) => writer`INSERT INTO users (name, email, email_key) VALUES ('User', ${email}, ${email})`,
    { concurrency: 1, discard: true }
  )
  const [{ file = "" } = {}] = yield* reader<{ readonly file: string }>`PRAGMA database_list`
  const copy = yield* fs.makeTempDirectoryScoped({ prefix: "barista-bench-" })
  yield* writer`VACUUM INTO ${`${copy}/stock.sqlite`}`
  yield* fs.copyFile(`${copy}/stock.sqlite`, `${copy}/bare.sqlite`)
  const stock = yield* SqliteClient.make({ filename: `${copy}/stock.sqlite` })
  yield* stock`PRAGMA synchronous = FULL`
  const all = [
    contender("barista", Query, reader, writer),
    contender("@effect/sql", SqlSchema, stock, stock),
    bare(`${copy}/bare.sqlite`)
  ]
  yield* Console.log(`${file}: ${rounds} rounds of ${queries} queries, in turns`)
  yield* measure("select by id", "find", all)
  yield* measure(`select of ${people} rows`, "list", all)
  yield* measure("insert in a transaction", "insert", all)
}).pipe(Effect.withSpan("bench"))

const layer = Layer.unwrapScoped(
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const dataDir = yield* fs.makeTempDirectoryScoped({ prefix: "barista-bench-" })
    return Layer.provide(SqliteDatabase.layer, AppConfig.layerWith({ dataDir }))
  })
)

NodeRuntime.runMain(
  Effect.scoped(bench).pipe(
    Effect.provide([layer, Reactivity.layer, Tracing.layer]),
    Effect.provide(NodeContext.layer)
  )
)
