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

const table = (name: "profiles" | "mailing_list") =>
  Effect.map(Database, ({ reader, writer }) => {
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
      /** Adds the row of one job; repeated calls add no more. */
      add: (email: string, job_id: JobId) =>
        Effect.flatMap(Clock.currentTimeMillis, (created_at) =>
          orDefect(insert({ email, email_key: email.toLowerCase(), job_id, created_at }))),
      /** Removes the row that one job made. */
      remove: (job_id: JobId) =>
        Effect.asVoid(orDefect(writer`DELETE FROM ${write} WHERE job_id = ${job_id}`)),
      /** Lists rows by ascending id, each address once. */
      page: ({ after = 0, limit }: { readonly limit: number; readonly after: number | undefined }) =>
        Effect.map(orDefect(rows({ limit, after })), (found) => found.map((row) => new Registered(row)))
    }
  })

const make = Effect.all({ profiles: table("profiles"), mailingList: table("mailing_list") }, { concurrency: 1 })

/** The tables `profiles` and `mailing_list`. A failure of the database is a defect. */
export class RegistrationsRepo
  extends Context.Tag("barista/background/RegistrationsRepo")<RegistrationsRepo, Effect.Effect.Success<typeof make>>()
{
  static readonly layer = Layer.effect(RegistrationsRepo, make)
}
