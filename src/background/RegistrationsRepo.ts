import { Clock, Context, Effect, Layer, Schema } from "effect"
import { Id } from "../domain/Ids.ts"
import { Instant } from "../domain/Instant.ts"
import { JobId } from "../platform/jobs/Job.ts"
import { Database } from "../platform/sql/Database.ts"
import { orDefect } from "../platform/sql/orDefect.ts"
import * as Query from "../platform/sql/Query.ts"

/** A row that a registration made for an address. */
export class Registered extends Schema.Class<Registered>("Registered")({
  id: Id,
  email: Schema.String.annotations({ examples: ["alice@example.com"] }),
  created_at: Instant
}) {}

const Row = Schema.Struct({
  id: Id,
  email: Schema.String,
  // milliseconds since the epoch
  created_at: Schema.DateTimeUtcFromNumber
})

const Window = Schema.Struct({ limit: Schema.Int, after: Schema.Int })

/** The queries on a table of rows that jobs made. */
interface Table {
  /** Adds the row of one job; repeated calls add no more. */
  readonly add: (email: string, job_id: JobId) => Effect.Effect<void>
  /** Removes the row that one job made. */
  readonly remove: (job_id: JobId) => Effect.Effect<void>
  /** Lists rows by ascending id, each address once. */
  readonly page: (
    window: { readonly limit: number; readonly after: number | undefined }
  ) => Effect.Effect<ReadonlyArray<Registered>>
}

/** The tables `profiles` and `mailing_list`. A failure of the database is a defect. */
export class RegistrationsRepo extends Context.Tag("barista/background/RegistrationsRepo")<RegistrationsRepo, {
  readonly profiles: Table
  readonly mailingList: Table
}>() {
  static readonly layer = Layer.effect(
    RegistrationsRepo,
    Effect.gen(function*() {
      return { profiles: yield* table("profiles"), mailingList: yield* table("mailing_list") }
    })
  )
}

const table = (name: "profiles" | "mailing_list") =>
  Effect.map(Database, ({ reader, writer }): Table => {
    const [read, write] = [reader(name), writer(name)]
    const insert = Query.void({
      Request: Schema.Struct({ email: Schema.String, email_key: Schema.String, job_id: JobId, created_at: Schema.Int }),
      execute: (row) => writer`INSERT INTO ${write} ${writer.insert(row)} ON CONFLICT (job_id) DO NOTHING`
    })
    const rows = Query.findAll({
      Request: Window,
      Result: Row,
      execute: ({ after, limit }) =>
        reader`
          SELECT id, email, created_at FROM ${read} AS entry
          WHERE id > ${after} AND NOT EXISTS (
            SELECT 1 FROM ${read} AS earlier WHERE earlier.email_key = entry.email_key AND earlier.id < entry.id)
          ORDER BY id LIMIT ${limit} + 0`
    })
    return {
      add: (email, job_id) =>
        Effect.flatMap(Clock.currentTimeMillis, (created_at) =>
          orDefect(insert({ email, email_key: email.toLowerCase(), job_id, created_at }))),
      remove: (job_id) =>
        Effect.asVoid(orDefect(writer`DELETE FROM ${write} WHERE job_id = ${job_id}`)),
      page: ({ after = 0, limit }) =>
        Effect.map(orDefect(rows({ limit, after })), (found) => found.map((row) => new Registered(row)))
    }
  })
