import { Effect, Exit, type Scope } from "effect"
import { createHash, type Hash } from "node:crypto"
import { createWriteStream, type WriteStream } from "node:fs"
import { open, rm } from "node:fs/promises"
import type { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import type { Overloaded } from "../../domain/Problem.ts"
import type { BlockingLoop } from "../workers/blocking/BlockingLoop.ts"
import { ChunkMemory } from "./ChunkMemory.ts"
import { fileCall, fromCause } from "./fileCall.ts"
import type { StorageFull } from "./FileProblems.ts"

export interface Written {
  /** Bytes. */
  readonly size: number
  /** Lower-case hexadecimal. */
  readonly sha256: string
}

/** Bytes that wait for the disk: they go there in one call. */
const writeBehind = 1_048_576

export const removeFile = (path: string): Effect.Effect<void> => Effect.orDie(fileCall(() => rm(path, { force: true })))

/** Makes the names of a folder's files durable. */
export const syncFolder = (path: string): Effect.Effect<void, StorageFull> =>
  Effect.scoped(
    Effect.flatMap(
      Effect.acquireRelease(fileCall(() => open(path, "r")), (folder) => Effect.promise(() => folder.close())),
      (folder) => fileCall(() => folder.sync())
    )
  )

/** A new file; closed when the scope closes, and removed where that is with a failure. */
const create = (path: string, flush: boolean): Effect.Effect<WriteStream, StorageFull, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<WriteStream, StorageFull>((resume) => {
      const file = createWriteStream(path, { flags: "wx", highWaterMark: writeBehind, flush })
      file.once("open", () => resume(Effect.succeed(file))).once("error", (cause) => resume(fromCause(cause)))
    }),
    (file, exit) =>
      Effect.async<void>((resume) => {
        if (file.closed) return resume(Effect.void)
        // whatever was under way is over before the file is removed
        file.once("close", () => resume(Effect.void)).on("error", () => undefined).destroy()
      }).pipe(Effect.zipRight(Exit.isSuccess(exit) ? Effect.void : removeFile(path)))
  )

/** Writes a stream to a new file; answers its size. Frees the stream's chunks: nobody else may use them. */
const receive = (content: Readable, path: string, hash: Hash | undefined): Effect.Effect<number, StorageFull> =>
  Effect.gen(function*() {
    const file = yield* create(path, hash !== undefined)
    const memory = new ChunkMemory()
    content.on("data", (chunk: Buffer) => {
      hash?.update(chunk)
      memory.hold(chunk)
      memory.free(file.bytesWritten)
    })
    // where it is flushed to the disk (fsync) that is before it closes, which the pipeline waits for
    yield* fileCall((signal) => pipeline(content, file, { signal }))
    return file.bytesWritten
  }).pipe(Effect.scoped)

/**
 * Writes a stream without blocking the loop, hashing on the way; whole on the disk when this succeeds, and removed where it does not. Frees
 * the stream's chunks: nobody else may use them.
 */
export const streaming = (content: Readable, path: string): Effect.Effect<Written, StorageFull> =>
  Effect.suspend(() => {
    const hash = createHash("sha256")
    return Effect.map(receive(content, path, hash), (size) => ({ size, sha256: hash.digest("hex") }))
  })

/**
 * The same by blocking calls on the sacrificial loop. All is received first, as a client may take as long as it likes, and would keep the
 * loop's place from others. Refused before that where the loop has no place.
 */
export const blocking =
  (loop: typeof BlockingLoop.Service) =>
  (content: Readable, path: string): Effect.Effect<Written, StorageFull | Overloaded> => {
    const received = `${path}.received`
    return loop.check.pipe(
      Effect.zipRight(receive(content, received, undefined)),
      Effect.zipRight(Effect.onError(loop.copyFile(received, path), () => removeFile(path))),
      Effect.map(({ value }) => value),
      Effect.catchTag("FileCallFailed", fromCause),
      Effect.ensuring(removeFile(received))
    )
  }
