import { Clock, Context, type Duration, Effect, Exit, Layer, type Scope } from "effect"
import { randomUUID } from "node:crypto"
import { mkdir, rename, utimes } from "node:fs/promises"
import { join } from "node:path"
import type { Readable } from "node:stream"
import type { Overloaded } from "../../domain/Problem.ts"
import { waiting } from "../../domain/Wait.ts"
import { BlockingLoop } from "../workers/blocking/BlockingLoop.ts"
import { fileCall, waitsForFile } from "./fileCall.ts"
import type { StorageFull } from "./FileProblems.ts"
import * as Folder from "./Folder.ts"
import { Pause } from "./Pause.ts"
import * as ReadFile from "./ReadFile.ts"
import * as WriteFile from "./WriteFile.ts"

/** A file of the store: its random name, its size in bytes, and the SHA-256 of its bytes in lower-case hexadecimal. */
export interface StoredFile extends WriteFile.Written {
  readonly storedAs: string
}

export type Write<E> = (content: Readable, pause?: Pause) => Effect.Effect<StoredFile, StorageFull | E, Scope.Scope>

export interface Options {
  /** The folder in which the store has its own. */
  readonly dataDir: string
  /** Age from which an unknown file on its way in or out counts as abandoned. */
  readonly abandonedAfter: Duration.Duration
}

/** The store's folders, which must be writable: one for known files, one for files on their way in and out. */
export const foldersIn = (dataDir: string) => ({ files: join(dataDir, "uploads"), temporaries: join(dataDir, "tmp") })

/** Findings of a start, compared with its database. */
export interface Found {
  /** Known files that were on their way in or out. */
  readonly recovered: number
  /** Files that this database does not know; another database may know them. */
  readonly unknown: number
}

/**
 * Files under random names, in a folder or in the database. No text from outside is ever part of a path.
 *
 * In a folder, a file is in `uploads` while the database knows it, and in `tmp` on its way in and out. The file moves
 * in after the commit that inserts its row, and out before the commit that deletes the row. So an unknown file in `tmp`
 * is always abandoned, and is removed in time. A file in `uploads` belongs to a database, perhaps not the current one,
 * and is never removed.
 */
export class FileStore extends Context.Tag("barista/platform/files/FileStore")<FileStore, {
  /** Writes a new file, complete and on the disk, on its way in. The file stays only if the scope ends in success. */
  readonly write: Write<never>
  /** Works like `write`, by blocking calls on the sacrificial event loop. */
  readonly writeBlocking: Write<Overloaded>
  /** Files written since the start, and their bytes. */
  readonly written: () => { readonly files: number; readonly bytes: number }
  /** Called in the transaction that inserts the rows of files, so that the database publishes both or neither. */
  readonly publish: (names: ReadonlyArray<string>) => Effect.Effect<void>
  /** Called once that is committed; moves the files in. */
  readonly keep: (names: ReadonlyArray<string>) => Effect.Effect<void>
  /** Opens a file that had `size` bytes when it was kept. */
  readonly open: (file: Pick<StoredFile, "storedAs" | "size">) => Effect.Effect<ReadFile.Read, ReadFile.FileDamaged>
  /** Moves a file out, and removes it once `forget` has succeeded. If `forget` fails, the file moves in again. */
  readonly remove: <A, E>(storedAs: string, forget: Effect.Effect<A, E>) => Effect.Effect<A, E>
  /** Moves known files in, and counts unknown ones. */
  readonly recover: <E>(known: Folder.Known<E>) => Effect.Effect<Found, E>
  /**
   * Removes abandoned files, and returns their number. Files younger than `abandonedAfter` are skipped, because they
   * may be in use, here or in another process.
   */
  readonly sweep: <E>(known: Folder.Known<E>) => Effect.Effect<number, E>
}>() {
  /** Makes the store in a folder, and creates its folders. */
  static readonly layer = ({ abandonedAfter, dataDir }: Options) =>
    Layer.effect(
      FileStore,
      Effect.gen(function*() {
        const loop = yield* BlockingLoop
        const { files, temporaries } = foldersIn(dataDir)
        yield* Effect.forEach([files, temporaries], (path) => fileCall(() => mkdir(path, { recursive: true })), {
          concurrency: 1
        })

        const total = { files: 0, bytes: 0 }
        /** Moves a file; false if the file is gone because another fiber or process was faster. */
        const move = (name: string, from: string, to: string) =>
          Effect.as(Effect.tryPromise(() => rename(join(from, name), join(to, name))), true).pipe(
            waiting(waitsForFile),
            Effect.catchAll(({ error }) =>
              error instanceof Error && "code" in error && error.code === "ENOENT"
                ? Effect.succeed(false)
                : Effect.die(error)
            )
          )
        const moveIn = (name: string) => move(name, temporaries, files)
        const moveOut = (name: string) =>
          Effect.zipRight(
            // Renews the file's age, so that no sweep takes it for abandoned.
            Effect.flatMap(
              Clock.currentTimeMillis,
              (now) =>
                waiting(waitsForFile)(
                  Effect.ignore(Effect.tryPromise(() => utimes(join(files, name), now / 1000, now / 1000)))
                )
            ),
            move(name, files, temporaries)
          )

        const writeWith = <E>(
          write: (arriving: WriteFile.Arriving, path: string) => Effect.Effect<WriteFile.Written, E>
        ) =>
          Effect.fn("FileStore.write")(function*(content: Readable, pause = new Pause()) {
            const storedAs = randomUUID()
            const path = join(temporaries, storedAs)
            yield* Effect.addFinalizer((exit) => (Exit.isSuccess(exit) ? Effect.void : WriteFile.removeFile(path)))
            const written = yield* write({ content, pause }, path)
            yield* WriteFile.syncFolder(temporaries)
            total.files++
            total.bytes += written.size
            return { storedAs, ...written }
          })

        return {
          write: writeWith(WriteFile.streaming),
          writeBlocking: writeWith(WriteFile.blocking(loop)),
          written: () => total,
          publish: () => Effect.void,
          keep: (names) =>
            Effect.uninterruptible(
              Effect.zipRight(
                Effect.forEach(names, moveIn, { concurrency: 1, discard: true }),
                Effect.orDie(WriteFile.syncFolder(files))
              )
            ),
          open: ({ size, storedAs }) =>
            Effect.catchTag(
              ReadFile.open(join(files, storedAs), storedAs, size),
              "FileDamaged",
              (damaged) =>
                damaged.found === undefined
                  // The file is still on its way in.
                  ? ReadFile.open(join(temporaries, storedAs), storedAs, size)
                  : damaged
            ),
          remove: (storedAs, forget) =>
            Effect.uninterruptible(
              moveOut(storedAs).pipe(
                Effect.zipRight(Effect.onError(forget, () => moveIn(storedAs))),
                Effect.zipLeft(WriteFile.removeFile(join(temporaries, storedAs)))
              )
            ),
          recover: (known) =>
            Effect.all({
              recovered: Folder.count(
                temporaries,
                known,
                (_, name, isKnown) => isKnown ? moveIn(name) : Effect.succeed(false)
              ),
              unknown: Folder.count(files, known, (_, __, isKnown) => Effect.succeed(!isKnown))
            }, { concurrency: 1 }),
          sweep: (known) => Folder.removeOlder(temporaries, abandonedAfter, known)
        }
      })
    )
}
