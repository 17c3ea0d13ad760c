import { Statement } from "@effect/sql"
import { Array } from "effect"
import { type Dialect, textsBy } from "../Client.ts"

const placeholder = (index: number): string => `$${index}`

/** PostgreSQL's way of writing statements. */
export const dialect: Dialect = {
  compiler: Statement.makeCompiler({
    dialect: "pg",
    placeholder,
    onIdentifier: Statement.defaultEscape("\""),
    onRecordUpdate: (placeholders, alias, columns, values, returning) => [
      `(values ${placeholders}) AS ${alias}${columns}${returning === undefined ? "" : ` RETURNING ${returning[0]}`}`,
      [...values.flat(), ...(returning?.[1] ?? [])]
    ],
    // the client has no parts of its own
    onCustom: () => ["", []]
  }),
  textOf: textsBy((template) =>
    Array.reduce(template, "", (text, part, index) => index === 0 ? part : `${text}${placeholder(index)}${part}`)
  ),
  system: "postgresql"
}
