import { Effect } from "effect"
import { Database } from "../../src/platform/sql/Database.ts"

// The table of users as a list of names, for tests of what becomes of changes: a name stands there once at most.

/** Adds a name. */
export const insert = (name: string) =>
  Effect.flatMap(
    Database,
    ({ writer }) => writer`INSERT INTO users (name, email, email_key) VALUES (${name}, ${name}, ${name})`
  )

/** The names that readers see, in the order in which they were added. */
export const names = Effect.gen(function*() {
  const { reader } = yield* Database
  const rows = yield* reader<{ name: string }>`SELECT name FROM users ORDER BY id`
  return rows.map(({ name }) => name)
})
