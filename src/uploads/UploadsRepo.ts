import { Context, Effect, Layer, Schema } from "effect"
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

const make = Effect.gen(function*() {
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
        reader`SELECT ${columns} FROM uploads WHERE id > ${after} ORDER BY id LIMIT ${limit}`
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

/** The queries on the table of uploads, one a method. */
export class UploadsRepo
  extends Context.Tag("barista/uploads/UploadsRepo")<UploadsRepo, Effect.Effect.Success<typeof make>>()
{
  static readonly layer = Layer.effect(UploadsRepo, make)
}
