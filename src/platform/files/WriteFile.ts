import { Effect, Exit, type Scope } from "effect"
import { createHash, type Hash } from "node:crypto"
import { createWriteStream, type WriteStream } from "node:fs"
import { open, rm } from "node:fs/promises"
import type { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import type { Overloaded } from "../../domain/Problem.ts"
import { waiting } from "../../domain/Wait.ts"
import type { BlockingLoop } from "../workers/blocking/BlockingLoop.ts"
import { fileCall, fromCause, waitsForFile } from "./fileCall.ts"
import type { StorageFull } from "./FileProblems.ts"
import type { Pause } from "./Pause.ts"

export interface Written {
  /** Size in bytes. */
  readonly size: number
  /** Digest in lower-case hexadecimal. */
  readonly sha256: string
}

/** Bytes gathered for one write to the disk. */
const writeBehind = 1_048_576

export const removeFile = (path: string): Effect.Effect<void> => Effect.orDie(fileCall(() => rm(path, { force: true })))

/** Syncs a folder, so that its names are durable. */
export const syncFolder = (path: string): Effect.Effect<void, StorageFull> =>
  Effect.scoped(
    Effect.flatMap(
      Effect.acquireRelease(fileCall(() => open(path, "r")), (folder) =>
        waiting(waitsForFile)(Effect.promise(() => folder.close()))),
      (folder) =>
        fileCall(() => folder.sync())
    )
  )

/** Creates a new file, closed with the scope, and removed if the scope closes with a failure. */
const create = (path: string, flush: boolean): Effect.Effect<WriteStream, StorageFull, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<WriteStream, StorageFull>((resume) => {
      const file = createWriteStream(path, { flags: "wx", highWaterMark: writeBehind, flush })
      file.once("open", () => resume(Effect.succeed(file))).once("error", (cause) => resume(fromCause(cause)))
    }, waitsForFile),
    (file, exit) =>
      Effect.async<void>((resume) => {
        if (file.closed) return resume(Effect.void)
        // Pending writes must end before the file is removed.
        file.once("close", () => resume(Effect.void)).on("error", () => undefined).destroy()
      }, waitsForFile).pipe(Effect.zipRight(Exit.isSuccess(exit) ? Effect.void : removeFile(path)))
  )

/** The bytes of a file as they arrive, and the pause of their writing. */
export interface Arriving {
  readonly content: Readable
  readonly pause: Pause
}

/** Writes a stream to a new file, and returns its size. */
const receive = (
  { content, pause }: Arriving,
  path: string,
  hash: Hash | undefined
): Effect.Effect<number, StorageFull> =>
  Effect.gen(function*() {
    const file = yield* create(path, hash !== undefined)
    pause.add(file)
    if (hash !== undefined) content.on("data", (chunk: Buffer) => hash.update(chunk))
    // With `flush`, the file is synced (fsync) before it closes, and the pipeline waits for the close.
    yield* fileCall((signal) => pipeline(content, file, { signal }))
    return file.bytesWritten
  }).pipe(Effect.scoped)

/**
 * Writes a stream without blocking the event loop, and hashes it on the way. The file is complete on the disk on
 * success, and removed otherwise.
 */
export const streaming = (arriving: Arriving, path: string): Effect.Effect<Written, StorageFull> =>
  Effect.suspend(() => {
    const hash = createHash("sha256")
    return Effect.map(receive(arriving, path, hash), (size) => ({ size, sha256: hash.digest("hex") }))
  })

/**
 * Works like `streaming`, by blocking calls on the sacrificial event loop. Everything is received first, because a slow
 * client would keep the loop's place from others. Rejected earlier if the loop has no place.
 */
export const blocking =
  (loop: typeof BlockingLoop.Service) =>
  (arriving: Arriving, path: string): Effect.Effect<Written, StorageFull | Overloaded> => {
    const received = `${path}.received`
    return loop.check.pipe(
      Effect.zipRight(receive(arriving, received, undefined)),
      Effect.zipRight(Effect.onError(loop.copyFile(received, path), () => removeFile(path))),
      Effect.map(({ value }) => value),
      Effect.catchTag("FileCallFailed", fromCause),
      Effect.ensuring(removeFile(received))
    )
  }
