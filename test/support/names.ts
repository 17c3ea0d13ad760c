import { Effect } from "effect"
import { Database } from "../../src/platform/sql/Database.ts"

// The table of users as a list of distinct names, for tests of the fate of changes.

/** Adds a name. */
export const insert = (name: string) =>
  Effect.flatMap(
    Database,
    ({ writer }) => writer`INSERT INTO users (name, email, email_key) VALUES (${name}, ${name}, ${name})`
  )

/** Lists the names that readers see, in the order of their insertion. */
export const names = Effect.gen(function*() {
  const { reader } = yield* Database
  const rows = yield* reader<{ name: string }>`SELECT name FROM users ORDER BY id`
  return rows.map(({ name }) => name)
})
