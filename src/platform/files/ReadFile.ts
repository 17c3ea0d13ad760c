import { Data, Effect } from "effect"
import { createReadStream } from "node:fs"
import { stat } from "node:fs/promises"
import { Readable } from "node:stream"
import { waiting } from "../../domain/Wait.ts"
import { waitsForFile } from "./fileCall.ts"

/** Range of bytes, both ends inclusive; the first byte is 0. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** Reads a whole file, or a range of it. */
export type Read = (range?: ByteRange) => Readable

/** A stored file is missing, or its size (in bytes) has changed. */
export class FileDamaged extends Data.TaggedError("FileDamaged")<{
  readonly storedAs: string
  readonly size: number
  readonly found: number | undefined
}> {
  override get message(): string {
    const found = this.found === undefined ? "it is not there" : `it has ${this.found}`
    return `the stored file ${this.storedAs} had ${this.size} bytes when it was kept, and ${found}`
  }
}

/** Bytes read from the disk in one call. */
const readSize = 262_144

/**
 * Reads exactly the range. The file is opened at the first read, so that an unsent answer leaves nothing open. Fails if
 * the file ends too early, because the client would take the next answer's bytes for the rest of the promised length.
 */
const readExactly = (path: string, { end, start }: ByteRange): Readable =>
  Readable.from(
    (async function*() {
      let missing = end - start + 1
      if (missing === 0) return
      for await (const chunk of createReadStream(path, { start, end, highWaterMark: readSize })) {
        if (chunk instanceof Uint8Array) missing -= chunk.length
        yield chunk
      }
      if (missing > 0) throw new Error(`the stored file ${path} ended ${missing} bytes too early`)
    })(),
    { objectMode: false, highWaterMark: readSize }
  )

/** Returns a file's size in bytes; undefined if there is no file. */
export const sizeOf = (path: string): Effect.Effect<number | undefined> =>
  Effect.tryPromise(() => stat(path)).pipe(
    waiting(waitsForFile),
    Effect.map(({ size }) => size),
    Effect.orElseSucceed(() => undefined)
  )

/** Opens a file of `size` bytes, and checks the size before the answer begins. */
export const open = (path: string, storedAs: string, size: number): Effect.Effect<Read, FileDamaged> =>
  Effect.flatMap(sizeOf(path), (found) =>
    found === size
      ? Effect.succeed((range: ByteRange = { start: 0, end: size - 1 }) => readExactly(path, range))
      : new FileDamaged({ storedAs, size, found }))
