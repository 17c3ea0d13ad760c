import { Effect, Exit, Queue } from "effect"
import { pipeline, type Readable, Writable } from "node:stream"
import { waitFor, waiting } from "../../domain/Wait.ts"
import { fromCause } from "./fileCall.ts"
import type { StorageFull } from "./FileProblems.ts"

/** Size in bytes of all chunks of a file but the last. */
export const chunkBytes = 524_288

/** Bytes that wait while a chunk is stored. */
const writeBehind = 1_048_576

const waitsForBytes = waitFor("socket", () => ({ name: "bytes of a file" }))

/** Whole chunks, and the call that lets the stream go on once they are stored. */
interface Handed {
  readonly chunks: ReadonlyArray<Buffer>
  readonly isLast: boolean
  readonly stored: () => void
}

/** Cuts what is written to it into chunks, and hands them to the fiber that stores them. */
export class ChunkWriter extends Writable {
  /** Bytes that are stored. */
  bytesWritten = 0
  readonly #handed: Queue.Queue<Exit.Exit<Handed, unknown>>
  #pieces: Array<Buffer> = []
  #length = 0

  static readonly make = Effect.map(Queue.unbounded<Exit.Exit<Handed, unknown>>(), (handed) => new ChunkWriter(handed))

  private constructor(handed: Queue.Queue<Exit.Exit<Handed, unknown>>) {
    super({ highWaterMark: writeBehind })
    this.#handed = handed
  }

  override _write(piece: Buffer, _: BufferEncoding, written: () => void): void {
    this.#pieces.push(piece)
    this.#length += piece.length
    if (this.#length < chunkBytes) return written()
    const bytes = Buffer.concat(this.#pieces, this.#length)
    const whole = this.#length - this.#length % chunkBytes
    const chunks: Array<Buffer> = []
    for (let at = 0; at < whole; at += chunkBytes) chunks.push(bytes.subarray(at, at + chunkBytes))
    this.#pieces = [bytes.subarray(whole)]
    this.#length -= whole
    Queue.unsafeOffer(this.#handed, Exit.succeed({ chunks, isLast: false, stored: written }))
  }

  override _final(written: () => void): void {
    const chunks = this.#length === 0 ? [] : [Buffer.concat(this.#pieces, this.#length)]
    Queue.unsafeOffer(this.#handed, Exit.succeed({ chunks, isLast: true, stored: written }))
  }

  override _destroy(error: Error | null, destroyed: (error: Error | null) => void): void {
    if (error !== null) Queue.unsafeOffer(this.#handed, Exit.fail(error))
    destroyed(error)
  }

  /** Stores all of a stream by chunks, one after another, while the next bytes arrive. */
  store<E>(
    content: Readable,
    storeChunk: (bytes: Buffer, number: number) => Effect.Effect<void, E>
  ): Effect.Effect<void, E | StorageFull> {
    return Effect.gen(this, function*() {
      // an error reaches the writer, which hands it on
      pipeline(content, this, () => undefined)
      let number = 0
      for (let isLast = false; !isLast;) {
        const next = yield* waiting(waitsForBytes)(Queue.take(this.#handed))
        const handed = yield* Effect.catchAll(next, fromCause)
        for (const bytes of handed.chunks) {
          yield* storeChunk(bytes, number)
          number++
          this.bytesWritten += bytes.length
        }
        isLast = handed.isLast
        handed.stored()
      }
    }).pipe(Effect.onError(() => Effect.sync(() => this.destroy(new Error("the file is not stored")))))
  }
}
