import { Context, Effect, Layer, type Option, Schema } from "effect"
import { Database } from "../platform/sql/Database.ts"
import * as Query from "../platform/sql/Query.ts"
import { UploadId } from "./Api.ts"

/** A row of the table `uploads`. */
export const UploadRow = Schema.Struct({
  id: UploadId,
  filename: Schema.String,
  content_type: Schema.String,
  size: Schema.Int,
  sha256: Schema.String,
  stored_as: Schema.String,
  // milliseconds since the epoch
  created_at: Schema.DateTimeUtcFromNumber
})
export type UploadRow = typeof UploadRow.Type

const Window = Schema.Struct({ limit: Schema.Int, after: Schema.Int })
const StoredAs = Schema.Struct({ stored_as: Schema.String })
type StoredAs = typeof StoredAs.Type

/** The queries on the table of uploads, one a method. */
export class UploadsRepo extends Context.Tag("barista/uploads/UploadsRepo")<UploadsRepo, {
  readonly insert: (row: Omit<UploadRow, "id">) => Effect.Effect<UploadRow, Query.Failure>
  readonly page: (window: typeof Window.Type) => Effect.Effect<ReadonlyArray<UploadRow>, Query.Failure>
  readonly find: (id: UploadId) => Effect.Effect<Option.Option<UploadRow>, Query.Failure>
  /** Returns the file's name in the store, or none if there was no such upload. */
  readonly delete: (id: UploadId) => Effect.Effect<Option.Option<StoredAs>, Query.Failure>
  /** Finds the names that uploads are stored under. */
  readonly known: (names: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<StoredAs>, Query.Failure>
}>() {
  static readonly layer = Layer.effect(
    UploadsRepo,
    Effect.gen(function*() {
      const { reader, writer } = yield* Database
      const columns = reader`id, filename, content_type, size, sha256, stored_as, created_at`
      return {
        insert: Query.single({
          Request: UploadRow.omit("id"),
          Result: UploadRow,
          execute: (row) => writer`INSERT INTO uploads ${writer.insert(row)} RETURNING ${columns}`
        }),
        page: Query.findAll({
          Request: Window,
          Result: UploadRow,
          execute: ({ after, limit }) =>
            reader`SELECT ${columns} FROM uploads WHERE id > ${after} ORDER BY id LIMIT ${limit} + 0`
        }),
        find: Query.findOne({
          Request: UploadId,
          Result: UploadRow,
          execute: (id) => reader`SELECT ${columns} FROM uploads WHERE id = ${id}`
        }),
        delete: Query.findOne({
          Request: UploadId,
          Result: StoredAs,
          execute: (id) => writer`DELETE FROM uploads WHERE id = ${id} RETURNING stored_as`
        }),
        known: Query.findAll({
          Request: Schema.Array(Schema.String),
          Result: StoredAs,
          execute: (names) => reader`SELECT stored_as FROM uploads WHERE ${reader.in("stored_as", names)}`
        })
      }
    })
  )
}
