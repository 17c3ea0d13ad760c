import type { HttpServerRequest } from "@effect/platform"
import { Array, Context, DateTime, Effect, Layer, Option } from "effect"
import { AppConfig } from "../AppConfig.ts"
import type { Overloaded, UnsupportedMediaType } from "../domain/Problem.ts"
import type { Window } from "../domain/Window.ts"
import type { StorageFull } from "../platform/files/FileProblems.ts"
import { FileStore, type StoredFile, type Write } from "../platform/files/FileStore.ts"
import type { Expected, FormProblem } from "../platform/files/FormRules.ts"
import * as MultipartReader from "../platform/files/MultipartReader.ts"
import type { Read } from "../platform/files/ReadFile.ts"
import type { PreconditionFailed } from "../platform/http/contract/Preconditions.ts"
import { Database } from "../platform/sql/Database.ts"
import { orDefect } from "../platform/sql/orDefect.ts"
import {
  type TraceId,
  Upload,
  UploadDamaged,
  type UploadId,
  type UploadInFlight,
  UploadNotFound,
  type UploadNotInFlight
} from "./Api.ts"
import { UploadsInFlight } from "./UploadsInFlight.ts"
import { type UploadRow, UploadsRepo } from "./UploadsRepo.ts"

interface Received {
  readonly filename: string
  readonly content_type: string
  readonly stored: StoredFile
}

/** An upload with its bytes, all or a range. The stream fails if the file is deleted or truncated meanwhile. */
export interface StoredUpload {
  readonly upload: Upload
  readonly read: Read
}

type Refused = FormProblem | UnsupportedMediaType | PreconditionFailed | StorageFull
type Request = HttpServerRequest.HttpServerRequest

const toUpload = ({ stored_as: _, ...row }: UploadRow) => new Upload({ ...row, url: `/uploads/${row.id}` })

/**
 * The uploaded files of clients. An upload is answered once its bytes are on disk and its row is committed; a failure
 * before that leaves nothing behind. The client's file name is data and never part of a path.
 */
export class Uploads extends Context.Tag("barista/uploads/Uploads")<Uploads, {
  /** Accepts the single file of the form's field `file`. */
  readonly acceptOne: (request: Request) => Effect.Effect<Upload, Refused>
  /** Does the same by blocking file calls on the sacrificial event loop. */
  readonly acceptOneBlocking: (request: Request) => Effect.Effect<Upload, Refused | Overloaded>
  /** Accepts all files of the form's field `files`, in the order sent; keeps all or none. */
  readonly acceptMany: (request: Request) => Effect.Effect<ReadonlyArray<Upload>, Refused>
  /** Lists at most `limit` uploads whose id is above `after`, ascending. */
  readonly list: (window: Window) => Effect.Effect<ReadonlyArray<Upload>>
  readonly open: (id: UploadId) => Effect.Effect<StoredUpload, UploadNotFound | UploadDamaged>
  readonly inFlight: (trace: TraceId) => Effect.Effect<UploadInFlight, UploadNotInFlight>
  /** Stops writing an upload that arrives, so that its client stops sending; it is answered after `resume` only. */
  readonly pause: (trace: TraceId) => Effect.Effect<UploadInFlight, UploadNotInFlight>
  readonly resume: (trace: TraceId) => Effect.Effect<UploadInFlight, UploadNotInFlight>
  /** Deletes an upload, unless `admit` fails. */
  readonly remove: <E>(
    id: UploadId,
    admit: (upload: Upload) => Effect.Effect<void, E>
  ) => Effect.Effect<void, UploadNotFound | E>
}>() {
  /**
   * Recovers at the start the files that a crash left in transit, and warns of unknown files. Afterwards removes
   * abandoned temporary files, as often as a file can have become stale.
   */
  static readonly layer = Layer.scoped(
    Uploads,
    Effect.gen(function*() {
      const { maxUploadBytes, maxUploadFiles, requestTimeout } = yield* AppConfig
      const store = yield* FileStore
      const repo = yield* UploadsRepo
      const { transaction } = yield* Database

      const insert = ({ content_type, filename, stored }: Received) =>
        Effect.flatMap(DateTime.now, (created_at) =>
          repo.insert({
            filename,
            content_type,
            size: stored.size,
            sha256: stored.sha256,
            stored_as: stored.storedAs,
            created_at
          }))

      const arriving = new UploadsInFlight()

      // interruptible until the files are stored; from then on files and rows are kept or dropped together
      const accept = <E>(write: Write<E>, form: Pick<Expected, "field" | "many">) => (request: Request) =>
        Effect.uninterruptibleMask((restore) =>
          restore(Effect.flatMap(arriving.enter(request), (pause) =>
            Effect.zipLeft(
              MultipartReader.read(
                request,
                { ...form, maxFiles: maxUploadFiles, maxFileBytes: maxUploadBytes },
                ({ content, contentType, filename }) =>
                  Effect.map(
                    write(content, pause),
                    (stored): Received => ({ filename, content_type: contentType, stored })
                  )
              ),
              pause.resumed
            ))).pipe(
              Effect.flatMap((received) =>
                orDefect(transaction(Effect.zipRight(
                  store.publish(received.map(({ stored }) => stored.storedAs)),
                  Effect.forEach(received, insert, { concurrency: 1 })
                )))
              ),
              Effect.scoped,
              Effect.tap((rows) => store.keep(rows.map(({ stored_as }) => stored_as))),
              Effect.map(Array.map(toUpload))
            )
        )
      const one = { field: "file", many: false }
      const first = Effect.map(Array.headNonEmpty<Upload>)

      const known = (names: ReadonlyArray<string>) =>
        Effect.map(orDefect(repo.known(names)), (rows) => new Set(rows.map((row) => row.stored_as)))
      const existing = (id: UploadId) =>
        Effect.flatMap(
          orDefect(repo.find(id)),
          Option.match({ onNone: () => new UploadNotFound({ id }), onSome: Effect.succeed })
        )

      const found = yield* store.recover(known)
      if (found.recovered > 0) {
        yield* Effect.logInfo(`recovered ${found.recovered} uploaded files that a crash left in transit`)
      }
      if (found.unknown > 0) {
        yield* Effect.logWarning(
          `${found.unknown} files in the uploads folder belong to no upload of this database; they stay untouched`
        )
      }
      const sweep = Effect.flatMap(
        store.sweep(known),
        (removed) => removed === 0 ? Effect.void : Effect.logInfo(`removed ${removed} abandoned temporary files`)
      )
      yield* sweep
      yield* sweep.pipe(
        Effect.catchAllCause((cause) => Effect.logWarning("the search for abandoned files failed", cause)),
        Effect.delay(requestTimeout),
        Effect.forever,
        Effect.forkScoped
      )

      return {
        acceptOne: Effect.fn("Uploads.acceptOne")((request) => first(accept(store.write, one)(request))),
        acceptOneBlocking: Effect.fn("Uploads.acceptOneBlocking")((request) =>
          first(accept(store.writeBlocking, one)(request))
        ),
        acceptMany: Effect.fn("Uploads.acceptMany")(accept(store.write, { field: "files", many: true })),
        list: Effect.fn("Uploads.list")(({ after, limit }) =>
          Effect.map(orDefect(repo.page({ after: after ?? 0, limit })), Array.map(toUpload))
        ),
        open: Effect.fn("Uploads.open")(function*(id) {
          const row = yield* existing(id)
          const read = yield* Effect.catchTag(
            store.open({ storedAs: row.stored_as, size: row.size }),
            "FileDamaged",
            (damage) =>
              // either the upload was deleted in between, or its file is damaged
              Effect.zipRight(
                existing(id),
                Effect.zipRight(Effect.logError(`upload ${id}: ${damage.message}`), new UploadDamaged({ id }))
              )
          )
          return { upload: toUpload(row), read }
        }),
        inFlight: (trace) => arriving.of(trace, () => undefined),
        pause: (trace) => arriving.of(trace, (pause) => pause.pause()),
        resume: (trace) => arriving.of(trace, (pause) => pause.resume()),
        remove: Effect.fn("Uploads.remove")(function*<E>(
          id: UploadId,
          admit: (upload: Upload) => Effect.Effect<void, E>
        ) {
          const row = yield* existing(id)
          yield* admit(toUpload(row))
          const removed = yield* store.remove(row.stored_as, orDefect(repo.delete(id)))
          if (Option.isNone(removed)) return yield* new UploadNotFound({ id })
        })
      }
    })
  )
}
