import { MessageChannel, type MessagePort } from "node:worker_threads"

/** What is transferred to a closed port arrives nowhere: its memory is freed at once. */
const closedPort = (): MessagePort => {
  const { port1 } = new MessageChannel()
  port1.close()
  return port1
}

interface Held {
  readonly chunk: Uint8Array
  /** Bytes of the file up to the chunk's end. */
  readonly end: number
}

/**
 * Frees the memory of a file's chunks as soon as they are written. The garbage collector would let 32 MiB of them gather first: V8 counts
 * them against twice its largest semi-space. A chunk that is a view on part of a larger memory is left to the collector.
 */
export class ChunkMemory {
  private readonly held: Array<Held> = []
  private end = 0
  private port: MessagePort | undefined

  /** Takes over the file's next chunk, which nobody may use any more once it is written. */
  hold(chunk: Uint8Array): void {
    this.end += chunk.byteLength
    this.held.push({ chunk, end: this.end })
  }

  /** Frees the chunks that lie wholly in the first `written` bytes of the file. */
  free(written: number): void {
    const unwritten = this.held.findIndex(({ end }) => end > written)
    const done = this.held.splice(0, unwritten < 0 ? this.held.length : unwritten)
    const own = done.flatMap(({ chunk: { buffer, byteLength } }) =>
      buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : []
    )
    if (own.length === 0) return
    this.port ??= closedPort()
    this.port.postMessage(undefined, own)
  }
}
