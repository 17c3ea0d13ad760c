import { Context, Effect, Layer, Schema } from "effect"
import { Id } from "../../domain/Ids.ts"
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
  // milliseconds since the epoch
  sent_at: Schema.DateTimeUtcFromNumber
})

const Window = Schema.Struct({ limit: Schema.Int, after: Schema.UndefinedOr(Schema.Int) })

/** The oldest mails, `limit` of them, as far as they were sent up to a moment, in milliseconds since 1970. */
const Oldest = Schema.Struct({ limit: Schema.Int, sentUpTo: Schema.Int })

/** Larger than any id: a page without `after` begins at the newest. */
const beyondAll = Number.MAX_SAFE_INTEGER

const make = Effect.gen(function*() {
  const { reader, writer } = yield* Database
  return {
    /** Does nothing where a mail of that Message-Id is there already. */
    insert: Query.void({
      Request: OutboxRow.omit("id"),
      execute: ({ to, ...row }) =>
        writer`INSERT INTO outbox ${writer.insert({ recipient: to, ...row })} ON CONFLICT (message_id) DO NOTHING`
    }),
    /** Newest first. */
    page: Query.findAll({
      Request: Window,
      Result: OutboxRow,
      execute: ({ after, limit }) =>
        reader`
          SELECT id, recipient AS "to", subject, text, job_id, message_id, sent_at FROM outbox
          WHERE id < ${after ?? beyondAll} ORDER BY id DESC LIMIT ${limit}`
    }),
    /** Mails are numbered as they are sent, so that nothing but what is removed is looked at. */
    removeOldest: Query.findAll({
      Request: Oldest,
      Result: Schema.Struct({ id: Id }),
      execute: ({ limit, sentUpTo }) =>
        writer`
          DELETE FROM outbox WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT ${limit}) AND sent_at <= ${sentUpTo}
          RETURNING id`
    })
  }
})

/** One query a method, on the mails of the embedded outbox. */
export class OutboxRepo
  extends Context.Tag("barista/platform/mail/OutboxRepo")<OutboxRepo, Effect.Effect.Success<typeof make>>()
{
  static readonly layer = Layer.effect(OutboxRepo, make)
}
