import { Data, Effect } from "effect"
import { createReadStream } from "node:fs"
import { stat } from "node:fs/promises"
import { Readable } from "node:stream"

/** Bytes of a file, both ends inclusive, the first being 0. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** Reads a file, all or a range of it. */
export type Read = (range?: ByteRange) => Readable

/** A stored file is not as it was kept: of another size (in bytes), or not there. */
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
 * Opened only when it is read, so that an answer that is never sent leaves nothing open. It fails where the file ends too early: its length
 * was promised, and what follows on the connection would be read as the rest.
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

/** Bytes of a file; undefined where there is none. */
export const sizeOf = (path: string): Effect.Effect<number | undefined> =>
  Effect.tryPromise(() => stat(path)).pipe(
    Effect.map(({ size }) => size),
    Effect.orElseSucceed(() => undefined)
  )

/** A file of `size` bytes, checked by that before anything is promised of it. */
export const open = (path: string, storedAs: string, size: number): Effect.Effect<Read, FileDamaged> =>
  Effect.flatMap(sizeOf(path), (found) =>
    found === size
      ? Effect.succeed((range: ByteRange = { start: 0, end: size - 1 }) => readExactly(path, range))
      : new FileDamaged({ storedAs, size, found }))
