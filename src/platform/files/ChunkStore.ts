import { SqlError } from "@effect/sql"
import { Effect, Exit, Layer, Runtime } from "effect"
import { createHash, randomUUID } from "node:crypto"
import { createReadStream } from "node:fs"
import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { Readable } from "node:stream"
import { Database } from "../sql/Database.ts"
import { orDefect } from "../sql/orDefect.ts"
import { removeAll } from "../sql/removeAll.ts"
import { BlockingLoop } from "../workers/blocking/BlockingLoop.ts"
import * as ChunksRepo from "./ChunksRepo.ts"
import { chunkBytes, ChunkWriter } from "./ChunkWriter.ts"
import { fileCall } from "./fileCall.ts"
import { FileStore, foldersIn, type Options } from "./FileStore.ts"
import * as Folder from "./Folder.ts"
import { Pause } from "./Pause.ts"
import { type ByteRange, FileDamaged, type Read } from "./ReadFile.ts"
import * as WriteFile from "./WriteFile.ts"

/** Files that one statement of a sweep deletes. */
const sweptAtOnce = 20

/** The error of an effect inside of a transaction, told apart from those of the transaction itself. */
class Refused<E> {
  readonly error: E
  constructor(error: E) {
    this.error = error
  }
}

/** The parts of chunks that a range covers. */
const partsOf = function*({ end, start }: ByteRange) {
  for (let at = start; at <= end;) {
    const from = at % chunkBytes
    const length = Math.min(chunkBytes - from, end - at + 1)
    yield { number: Math.floor(at / chunkBytes), from, length }
    at += length
  }
}

/**
 * Files as chunks in PostgreSQL, so that every server of the database has them. A file is published in the transaction
 * that inserts its row, and removed in the one that deletes the row. Chunks that were never published are swept. Only
 * the blocking writes use a folder, for the file that they write.
 */
export const layer = ({ abandonedAfter, dataDir }: Options) =>
  Layer.effect(
    FileStore,
    Effect.gen(function*() {
      const loop = yield* BlockingLoop
      const { transaction } = yield* Database
      const repo = yield* ChunksRepo.make
      // reads are pulled by node's streams, outside of any fiber
      const runtime = yield* Effect.runtime()
      const { temporaries } = foldersIn(dataDir)
      yield* fileCall(() => mkdir(temporaries, { recursive: true }))

      const total = { files: 0, bytes: 0 }

      const store = (storedAs: string, content: Readable, writer: ChunkWriter) =>
        writer.store(content, (bytes, number) => ChunksRepo.orStorageFull(repo.insert(storedAs, number, bytes)))

      const streaming = (storedAs: string) => ({ content, pause }: WriteFile.Arriving) =>
        Effect.flatMap(ChunkWriter.make, (writer) => {
          const hash = createHash("sha256")
          pause.add(writer)
          content.on("data", (bytes: Buffer) => hash.update(bytes))
          return Effect.map(
            store(storedAs, content, writer),
            (): WriteFile.Written => ({ size: writer.bytesWritten, sha256: hash.digest("hex") })
          )
        })

      /** Writes a file on this machine by blocking calls first, and then its chunks. */
      const blocking = (storedAs: string) => (arriving: WriteFile.Arriving) => {
        const path = join(temporaries, storedAs)
        return WriteFile.blocking(loop)(arriving, path).pipe(
          Effect.zipLeft(
            Effect.flatMap(ChunkWriter.make, (writer) => store(storedAs, createReadStream(path), writer))
          ),
          Effect.ensuring(WriteFile.removeFile(path))
        )
      }

      const writeWith = <E>(
        write: (storedAs: string) => (arriving: WriteFile.Arriving) => Effect.Effect<WriteFile.Written, E>
      ) =>
        Effect.fn("FileStore.write")(function*(content: Readable, pause = new Pause()) {
          const storedAs = randomUUID()
          yield* Effect.addFinalizer((exit) =>
            // what cannot be deleted now is swept
            Exit.isSuccess(exit) ? Effect.void : Effect.ignore(repo.delete(storedAs))
          )
          yield* ChunksRepo.orStorageFull(repo.begin(storedAs))
          const written = yield* write(storedAs)({ content, pause })
          total.files++
          total.bytes += written.size
          return { storedAs, ...written }
        })

      const readExactly = (storedAs: string, range: ByteRange): Readable => {
        const read = (part: { readonly number: number; readonly from: number; readonly length: number }) =>
          Runtime.runPromise(runtime)(repo.read(storedAs, part.number, part))
        return Readable.from(
          (async function*() {
            for (const part of partsOf(range)) {
              const bytes = await read(part)
              if (bytes.length < part.length) {
                throw new Error(`the stored file ${storedAs} ended ${part.length - bytes.length} bytes too early`)
              }
              yield bytes
            }
          })(),
          { objectMode: false, highWaterMark: chunkBytes }
        )
      }

      return {
        write: writeWith(streaming),
        writeBlocking: writeWith(blocking),
        written: () => total,
        publish: (names) =>
          orDefect(repo.publish(names)).pipe(
            Effect.filterOrDieMessage(
              (published) => published.length === names.length,
              "an uploaded file was swept before its row was written"
            ),
            Effect.asVoid
          ),
        keep: () => Effect.void,
        open: ({ size, storedAs }) =>
          Effect.flatMap(orDefect(repo.size(storedAs)), (found): Effect.Effect<Read, FileDamaged> =>
            found === size
              ? Effect.succeed((range = { start: 0, end: size - 1 }) => readExactly(storedAs, range))
              : new FileDamaged({ storedAs, size, found })),
        remove: (storedAs, forget) =>
          transaction(Effect.zipLeft(
            Effect.mapError(forget, (error) => new Refused(error)),
            repo.delete(storedAs)
          )).pipe(
            Effect.catchAll((error) =>
              error instanceof SqlError.SqlError ? Effect.die(error) : Effect.fail(error.error)
            ),
            Effect.uninterruptible
          ),
        // neither a published file nor another database's is ever elsewhere
        recover: () => Effect.succeed({ recovered: 0, unknown: 0 }),
        sweep: () =>
          Effect.zipWith(
            removeAll(sweptAtOnce, (atMost) => orDefect(repo.deleteAbandoned(abandonedAfter, atMost))),
            Folder.removeOlder(temporaries, abandonedAfter),
            (files, temporary) => files + temporary
          )
      }
    })
  )
