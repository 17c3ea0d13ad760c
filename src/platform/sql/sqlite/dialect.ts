import { Statement } from "@effect/sql"
import { type Dialect, textsBy } from "../Client.ts"

/** SQLite's way of writing statements. */
export const dialect: Dialect = {
  compiler: Statement.makeCompilerSqlite(),
  textOf: textsBy((template) => template.join("?")),
  system: "sqlite"
}
