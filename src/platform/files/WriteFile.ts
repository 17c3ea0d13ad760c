import { Effect, type Scope } from "effect"
import { createHash } from "node:crypto"
import { createWriteStream, type WriteStream } from "node:fs"
import { open, rename, rm } from "node:fs/promises"
import { dirname } from "node:path"
import type { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import type { Overloaded } from "../../domain/Problem.ts"
import type { BlockingLoop, FileWriter } from "../workers/BlockingLoop.ts"
import { ChunkMemory } from "./ChunkMemory.ts"
import { fileCall, fromCause } from "./fileCall.ts"
import type { StorageFull } from "./FileProblems.ts"

/** Where a file is written and where it goes once it is complete, on one file system. */
export interface Place {
  readonly temporary: string
  readonly final: string
}

export interface Written {
  /** Bytes. */
  readonly size: number
  /** Lower-case hexadecimal. */
  readonly sha256: string
}

/** Bytes that wait for the disk: they go there in one call. */
const writeBehind = 1_048_576

/** A new file; closed, and removed unless it was renamed, when the scope closes. */
const create = (path: string): Effect.Effect<WriteStream, StorageFull, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<WriteStream, StorageFull>((resume) => {
      const file = createWriteStream(path, { flags: "wx", highWaterMark: writeBehind, flush: true })
      file.once("open", () => resume(Effect.succeed(file))).once("error", (cause) => resume(fromCause(cause)))
    }),
    (file) =>
      Effect.async<void>((resume) => {
        if (file.closed) return resume(Effect.void)
        // whatever was under way is over before the file is removed
        file.once("close", () => resume(Effect.void)).on("error", () => undefined).destroy()
      }).pipe(Effect.zipRight(Effect.orDie(fileCall(() => rm(path, { force: true })))))
  )

const syncFolder = (path: string) =>
  Effect.scoped(
    Effect.flatMap(
      Effect.acquireRelease(fileCall(() => open(path, "r")), (folder) => Effect.promise(() => folder.close())),
      (folder) => fileCall(() => folder.sync())
    )
  )

/**
 * Writes a stream without blocking the loop, hashing on the way; durable under its final name when this succeeds. Frees the stream's
 * chunks: nobody else may use them.
 */
export const streaming = (content: Readable, { final, temporary }: Place): Effect.Effect<Written, StorageFull> =>
  Effect.gen(function*() {
    const file = yield* create(temporary)
    const hash = createHash("sha256")
    const memory = new ChunkMemory()
    content.on("data", (chunk: Buffer) => {
      hash.update(chunk)
      memory.hold(chunk)
      memory.free(file.bytesWritten)
    })
    // the stream is flushed to the disk (fsync) before it closes, which the pipeline waits for
    yield* fileCall((signal) => pipeline(content, file, { signal }))
    yield* Effect.uninterruptible(
      Effect.zipRight(fileCall(() => rename(temporary, final)), syncFolder(dirname(final)))
    )
    return { size: file.bytesWritten, sha256: hash.digest("hex") }
  }).pipe(Effect.scoped)

/** All that has arrived so far; undefined at the end. */
const take = (content: Readable): Effect.Effect<Uint8Array | undefined> =>
  Effect.async((resume) => {
    const stop = () => content.off("readable", next).off("end", next)
    const next = () => {
      const chunk: unknown = content.read()
      if (!(chunk instanceof Uint8Array) && !content.readableEnded) return
      stop()
      resume(Effect.succeed(chunk instanceof Uint8Array ? chunk : undefined))
    }
    content.on("readable", next).on("end", next)
    next()
    return Effect.sync(stop)
  })

const copy = (content: Readable, writer: FileWriter) =>
  Effect.iterate(true, {
    while: (more) => more,
    body: () =>
      Effect.flatMap(take(content), (chunk) =>
        chunk === undefined ? Effect.succeed(false) : Effect.as(writer.write(chunk), true))
  })

/** The same by blocking calls on the sacrificial loop. */
export const blocking = (loop: typeof BlockingLoop.Service) =>
(
  content: Readable,
  { final, temporary }: Place
): Effect.Effect<Written, StorageFull | Overloaded> =>
  Effect.gen(function*() {
    const writer = yield* loop.fileWriter(temporary)
    yield* copy(content, writer)
    const { value } = yield* writer.finish(final)
    return value
  }).pipe(Effect.catchTag("FileCallFailed", fromCause), Effect.scoped)
