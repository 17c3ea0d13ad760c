import { Effect } from "effect"
import { Client } from "pg"

/** The migrated database from which tests copy theirs. */
export const template = "barista_template"

/** Runs statements by a connection of their own, which knows nothing of the product's. Returns the last one's rows. */
export const ask = (
  url: string,
  ...statements: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<Record<string, unknown>>> =>
  Effect.promise(async () => {
    const client = new Client(url)
    client.on("error", () => undefined)
    await client.connect()
    try {
      let rows: ReadonlyArray<Record<string, unknown>> = []
      for (const statement of statements) rows = (await client.query(statement)).rows
      return rows
    } finally {
      await client.end()
    }
  })
