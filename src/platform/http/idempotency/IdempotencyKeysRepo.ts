import { Context, Effect, Layer, type Option, Schema } from "effect"
import { Database } from "../../sql/Database.ts"
import * as Query from "../../sql/Query.ts"

const Key = Schema.Struct({ scope: Schema.String, key: Schema.String })
type Key = typeof Key.Type
/** The response that an operation had, and the fingerprint of its request. */
const KeptResponse = Schema.Struct({
  fingerprint: Schema.String,
  status: Schema.Int,
  headers: Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.String })),
  body: Schema.NullOr(Schema.String)
})
export type KeptResponse = typeof KeptResponse.Type
const Row = Schema.Struct({ ...Key.fields, ...KeptResponse.fields, created_at: Schema.Int })

/** Milliseconds since 1970. A row created at or before that time has expired. */
const expired = { expired: Schema.Int }
const Find = Schema.Struct({ ...Key.fields, ...expired })
const Keep = Schema.Struct({ row: Row, ...expired })
const RemoveExpired = Schema.Struct({ ...expired, limit: Schema.Int })

/** Queries on the kept keys, one a method. */
export class IdempotencyKeysRepo
  extends Context.Tag("barista/platform/idempotency/IdempotencyKeysRepo")<IdempotencyKeysRepo, {
    readonly find: (request: typeof Find.Type) => Effect.Effect<Option.Option<KeptResponse>, Query.Failure>
    /** Inserts or replaces an expired row; no result if a row that has not expired exists. */
    readonly keep: (request: typeof Keep.Type) => Effect.Effect<Option.Option<Key>, Query.Failure>
    readonly removeExpired: (request: typeof RemoveExpired.Type) => Effect.Effect<ReadonlyArray<Key>, Query.Failure>
  }>()
{
  static readonly layer = Layer.effect(
    IdempotencyKeysRepo,
    Effect.gen(function*() {
      const { reader, writer } = yield* Database
      return {
        find: Query.findOne({
          Request: Find,
          Result: KeptResponse,
          execute: ({ expired, key, scope }) =>
            reader`
              SELECT fingerprint, status, headers, body FROM idempotency_keys
              WHERE scope = ${scope} AND key = ${key} AND created_at > ${expired}`
        }),
        keep: Query.findOne({
          Request: Keep,
          Result: Key,
          execute: ({ expired, row }) =>
            writer`
              INSERT INTO idempotency_keys ${writer.insert(row)}
              ON CONFLICT (scope, key) DO UPDATE SET fingerprint = excluded.fingerprint, status = excluded.status,
                headers = excluded.headers, body = excluded.body, created_at = excluded.created_at
              WHERE idempotency_keys.created_at <= ${expired}
              RETURNING scope, key`
        }),
        removeExpired: Query.findAll({
          Request: RemoveExpired,
          Result: Key,
          execute: ({ expired, limit }) =>
            writer`
              DELETE FROM idempotency_keys WHERE (scope, key) IN (
                SELECT scope, key FROM idempotency_keys WHERE created_at <= ${expired} ORDER BY created_at LIMIT ${limit} + 0
              ) RETURNING scope, key`
        })
      }
    })
  )
}
