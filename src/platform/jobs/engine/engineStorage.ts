import { DeliverAt, MessageStorage } from "@effect/cluster"
import { SqlClient } from "@effect/sql"
import { DateTime, Effect, Layer, Schema } from "effect"
import { Database } from "../../sql/Database.ts"
import { enduring } from "../run/retryDefects.ts"

/** Stores the engine's messages by the writing client, so that enqueueing takes part in the caller's transaction. */
export const storage = Layer.effect(SqlClient.SqlClient, Effect.map(Database, ({ writer }) => writer))

/** Matches a payload with a delivery time. The engine builds the payload's class itself, without the delivery time. */
const isDelayed = Schema.is(Schema.Struct({ deliver_at: Schema.Int }))

/**
 * Retries the engine's writes until they succeed. The engine itself gives up within a second and continues as if the
 * write were done. A run whose end was not stored would then count as running until a restart. A stop does not wait for
 * the retries, as the next start repairs the missing writes. Messages are not retried, because they belong to the
 * transaction that enqueues, and fail with it.
 */
export const enduringStorage = Layer.effect(
  MessageStorage.MessageStorage,
  Effect.map(MessageStorage.MessageStorage, (storage) => ({
    ...storage,
    saveRequest: (request) => {
      const { payload } = request.envelope
      if (isDelayed(payload)) {
        Object.assign(payload, { [DeliverAt.symbol]: () => DateTime.unsafeMake(payload.deliver_at) })
      }
      return storage.saveRequest(request)
    },
    saveReply: (reply) => enduring(storage.saveReply(reply)),
    resetShards: (shards) => enduring(storage.resetShards(shards))
  }))
)

/** Indexes the engine's rows by entity, so that the rows of a finished run can be found and removed. */
export const index = Layer.effectDiscard(
  Effect.flatMap(
    Database,
    ({ writer }) =>
      Effect.orDie(writer`CREATE INDEX IF NOT EXISTS cluster_messages_by_entity ON cluster_messages (entity_id)`)
  )
)
