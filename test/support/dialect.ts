import { inject } from "vitest"

declare module "vitest" {
  interface ProvidedContext {
    readonly database: "sqlite" | "postgres"
  }
}

/** The database under test. HTTP tests and the services' tests run again on PostgreSQL (vitest.config.ts). */
export const dialect = inject("database")

/** Returns what holds on the database under test. */
export const onDialect = <A>(options: { readonly sqlite: A; readonly postgres: A }): A => options[dialect]

/** Runs of a property test. A database on a server takes longer to make than a file. */
export const numRuns = (onSqlite: number): number => onDialect({ sqlite: onSqlite, postgres: Math.ceil(onSqlite / 5) })
