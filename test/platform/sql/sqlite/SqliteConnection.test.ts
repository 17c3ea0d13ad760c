import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqliteConnection } from "../../../../src/platform/sql/sqlite/SqliteConnection.ts"
import { failureOf } from "../../../support/exits.ts"

const open = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "barista-" })
  const connection = yield* SqliteConnection.open(`${folder}/steps.sqlite`, { readonly: false })
  yield* connection.run("CREATE TABLE steps (n INTEGER PRIMARY KEY)")
  return connection
})

describe("a connection tells whether a transaction is open", () => {
  it.scopedLive("from its beginning to its end", () =>
    Effect.gen(function*() {
      const connection = yield* open
      const seen = ["BEGIN IMMEDIATE", "SAVEPOINT a", "ROLLBACK TO a", "COMMIT", "BEGIN", "ROLLBACK"].map((sql) => {
        connection.run(sql)
        return connection.inTransaction
      })
      expect(seen).toEqual([true, true, true, false, true, false])
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("even after a refused statement, but not after one for which SQLite has rolled back", () =>
    Effect.gen(function*() {
      const connection = yield* open
      yield* connection.run("BEGIN")
      yield* connection.run("INSERT INTO steps VALUES (1)")
      expect(failureOf(connection.run("INSERT INTO steps VALUES (1)"))).toMatchObject({
        cause: { code: "SQLITE_CONSTRAINT_PRIMARYKEY" }
      })
      expect(connection.inTransaction).toBe(true)
      expect(yield* connection.execute("SELECT n FROM steps", [])).toEqual([{ n: 1 }])
      yield* Effect.flip(connection.execute("INSERT OR ROLLBACK INTO steps VALUES (1)", []))
      expect(connection.inTransaction).toBe(false)
      expect(yield* connection.execute("SELECT n FROM steps", [])).toEqual([])
    }).pipe(Effect.provide(NodeContext.layer)))
})

describe("a statement that could not be prepared", () => {
  it.scoped("is prepared again the next time", () =>
    Effect.gen(function*() {
      const connection = yield* open
      const later = connection.execute("SELECT n FROM later", [])
      yield* Effect.flip(later)
      yield* connection.run("CREATE TABLE later (n INTEGER)")
      expect(yield* later).toEqual([])
    }).pipe(Effect.provide(NodeContext.layer)))
})
