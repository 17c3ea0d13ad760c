import { Context, Effect, Layer, Schema } from "effect"
import { Id } from "../../domain/Ids.ts"
import { beyondAll } from "../../domain/Window.ts"
import { Database } from "../sql/Database.ts"
import * as Query from "../sql/Query.ts"

/** A mail of the embedded outbox. */
export const OutboxRow = Schema.Struct({
  id: Id,
  to: Schema.String,
  subject: Schema.String,
  text: Schema.String,
  job_id: Id,
  message_id: Schema.String,
  // Milliseconds since the epoch.
  sent_at: Schema.DateTimeUtcFromNumber
})
export type OutboxRow = typeof OutboxRow.Type

const Window = Schema.Struct({ limit: Schema.Int, after: Schema.UndefinedOr(Schema.Int) })

/** Window of the oldest mails: at most `limit`, sent no later than `sentUpTo`, in milliseconds since 1970. */
const Oldest = Schema.Struct({ limit: Schema.Int, sentUpTo: Schema.Int })

/** Queries on the mails of the embedded outbox, one a method. */
export class OutboxRepo extends Context.Tag("barista/platform/mail/OutboxRepo")<OutboxRepo, {
  /** Inserts a mail, unless its Message-Id exists already. */
  readonly insert: (mail: Omit<OutboxRow, "id">) => Effect.Effect<void, Query.Failure>
  /** Lists mails, newest first. */
  readonly page: (window: typeof Window.Type) => Effect.Effect<ReadonlyArray<OutboxRow>, Query.Failure>
  /** Removes the oldest mails and returns their ids. */
  readonly removeOldest: (
    oldest: typeof Oldest.Type
  ) => Effect.Effect<ReadonlyArray<Pick<OutboxRow, "id">>, Query.Failure>
}>() {
  static readonly layer = Layer.effect(
    OutboxRepo,
    Effect.gen(function*() {
      const { reader, writer } = yield* Database
      return {
        insert: Query.void({
          Request: OutboxRow.omit("id"),
          execute: ({ to, ...row }) =>
            writer`INSERT INTO outbox ${writer.insert({ recipient: to, ...row })} ON CONFLICT (message_id) DO NOTHING`
        }),
        page: Query.findAll({
          Request: Window,
          Result: OutboxRow,
          execute: ({ after, limit }) =>
            reader`
              SELECT id, recipient AS "to", subject, text, job_id, message_id, sent_at FROM outbox
              WHERE id < ${after ?? beyondAll} ORDER BY id DESC LIMIT ${limit} + 0`
        }),
        // Ids grow with the time of sending, so only removable rows are read.
        removeOldest: Query.findAll({
          Request: Oldest,
          Result: Schema.Struct({ id: Id }),
          execute: ({ limit, sentUpTo }) =>
            writer`
              DELETE FROM outbox WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT ${limit} + 0) AND sent_at <= ${sentUpTo}
              RETURNING id`
        })
      }
    })
  )
}
