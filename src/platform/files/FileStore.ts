import { Context, Duration, Effect, Exit, Layer, type Scope } from "effect"
import { randomUUID } from "node:crypto"
import { createReadStream } from "node:fs"
import { access, mkdir, rm } from "node:fs/promises"
import { join } from "node:path"
import { Readable } from "node:stream"
import { AppConfig } from "../../AppConfig.ts"
import type { Overloaded } from "../../domain/Problem.ts"
import { BlockingLoop } from "../workers/BlockingLoop.ts"
import { fileCall } from "./fileCall.ts"
import type { StorageFull } from "./FileProblems.ts"
import { removeStale } from "./removeStale.ts"
import * as WriteFile from "./WriteFile.ts"

/** A file of the store: its random name there, its size in bytes, and the SHA-256 of its bytes in lower-case hexadecimal. */
export interface StoredFile extends WriteFile.Written {
  readonly storedAs: string
}

/** Bytes of a file, both ends inclusive, the first being 0. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** Bytes read from the disk in one call. */
const readSize = 262_144

/** Opened only when it is read, so that an answer that is never sent leaves nothing open. */
const readLazily = (path: string, range: ByteRange | undefined): Readable =>
  Readable.from(
    (async function*() {
      yield* createReadStream(path, { ...range, highWaterMark: readSize })
    })(),
    { objectMode: false, highWaterMark: readSize }
  )

export type Write<E> = (content: Readable) => Effect.Effect<StoredFile, StorageFull | E, Scope.Scope>

/**
 * Files under random names in `DATA_DIR/uploads`; nothing from outside is ever part of a path.
 *
 * A write streams into a file in `DATA_DIR/tmp` that is renamed when it is complete and on disk, so that a file is there whole or not at
 * all. It stays only if the scope ends in success: with a failure or an interruption, before or after the rename, nothing is left.
 */
export class FileStore extends Context.Tag("barista/platform/files/FileStore")<FileStore, {
  /** Frees the chunks of its content when they are written: they are its own. */
  readonly write: Write<never>
  /** `write` by blocking calls on the sacrificial event loop. */
  readonly writeBlocking: Write<Overloaded>
  readonly exists: (storedAs: string) => Effect.Effect<boolean>
  /** The bytes of a file, all or a range of them; opened when it is read, and fails then where there is no such file. */
  readonly read: (storedAs: string, range?: ByteRange) => Readable
  readonly remove: (storedAs: string) => Effect.Effect<void>
  /**
   * Removes what a crash left: temporary files, and files that `known` does not answer of the names it is given (at most 500 at once).
   * What is younger than two request timeouts is left alone, as it may be under way, here or in another process. Answers how many.
   */
  readonly sweep: <E>(
    known: (names: ReadonlyArray<string>) => Effect.Effect<ReadonlySet<string>, E>
  ) => Effect.Effect<number, E>
}>() {
  /** Creates the folders. */
  static readonly layer = Layer.effect(
    FileStore,
    Effect.gen(function*() {
      const { dataDir, requestTimeout } = yield* AppConfig
      const loop = yield* BlockingLoop
      const files = join(dataDir, "uploads")
      const temporaries = join(dataDir, "tmp")
      yield* Effect.forEach([files, temporaries], (path) => fileCall(() => mkdir(path, { recursive: true })), {
        concurrency: 1
      })

      const discard = (path: string) => Effect.orDie(fileCall(() => rm(path, { force: true })))
      const writeWith = <E>(
        write: (content: Readable, place: WriteFile.Place) => Effect.Effect<WriteFile.Written, E>
      ) =>
        Effect.fn("FileStore.write")(function*(content: Readable) {
          const storedAs = randomUUID()
          const final = join(files, storedAs)
          yield* Effect.addFinalizer((exit) => (Exit.isSuccess(exit) ? Effect.void : discard(final)))
          const written = yield* write(content, { temporary: join(temporaries, storedAs), final })
          return { storedAs, ...written }
        })

      const age = Duration.times(requestTimeout, 2)
      const none = () => Effect.succeed(new Set<string>())
      return FileStore.of({
        write: writeWith(WriteFile.streaming),
        writeBlocking: writeWith(WriteFile.blocking(loop)),
        exists: (storedAs) => Effect.isSuccess(Effect.tryPromise(() => access(join(files, storedAs)))),
        read: (storedAs, range) => readLazily(join(files, storedAs), range),
        remove: (storedAs) => discard(join(files, storedAs)),
        sweep: (known) =>
          Effect.zipWith(
            removeStale(temporaries, age, none),
            removeStale(files, age, known),
            (one, other) => one + other
          )
      })
    })
  )
}
