import { Effect } from "effect"
import type { Writable } from "node:stream"

/** A file on its way to the disk. */
interface Written extends Writable {
  readonly bytesWritten: number
}

/**
 * Pauses the writing of files on request. A paused file is corked: what arrives stays in its bounded buffer, and once
 * that is full, TCP keeps the client from sending more.
 */
export class Pause {
  private readonly files = new Set<Written>()
  private readonly goesOn = Effect.unsafeMakeLatch(true)
  private closed = 0
  private paused = false

  /** Adds a file, which pauses and resumes with the others until it is closed. */
  add(file: Written): void {
    this.files.add(file)
    if (this.paused) file.cork()
    file.once("close", () => {
      this.files.delete(file)
      this.closed += file.bytesWritten
    })
  }

  pause(): void {
    if (this.paused) return
    this.paused = true
    this.goesOn.unsafeClose()
    for (const file of this.files) file.cork()
  }

  resume(): void {
    if (!this.paused) return
    this.paused = false
    for (const file of this.files) file.uncork()
    this.goesOn.unsafeOpen()
  }

  get isPaused(): boolean {
    return this.paused
  }

  /** Bytes that are on the disk. */
  get written(): number {
    return [...this.files].reduce((sum, { bytesWritten }) => sum + bytesWritten, this.closed)
  }

  /** Completes at once, or when the pause ends. A file that has arrived to its end is written even during a pause. */
  get resumed(): Effect.Effect<void> {
    return this.goesOn.await
  }
}
