import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Database } from "../../../../src/platform/sql/Database.ts"
import { describePostgres, layer } from "../../../support/postgres.ts"

describePostgres("the database on PostgreSQL", () => {
  it.scopedLive("answers", () =>
    Effect.gen(function*() {
      const { writer: sql } = yield* Database
      expect(yield* sql`SELECT ${1}::bigint + 1 AS n, ${"9007199254740993"}::bigint AS big`).toEqual([{
        n: 2,
        big: "9007199254740993"
      }])
    }).pipe(Effect.provide(layer)))
})
