import Sqlite from "better-sqlite3"

/** Opens the product's database with the product's durability. */
export const open = (filename: string): Sqlite.Database => {
  const db = new Sqlite(filename)
  db.pragma("journal_mode = WAL")
  db.pragma("synchronous = FULL")
  db.pragma("foreign_keys = ON")
  return db
}

/** The options of routes that need a database. */
export interface WithDatabase {
  readonly db: Sqlite.Database
}

/** An id in a path or a query. */
export const id = { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER }

/** Makes a problem document. */
export const problem = (status: number, title: string, members: Readonly<Record<string, unknown>> = {}) => ({
  status,
  title,
  ...members
})
