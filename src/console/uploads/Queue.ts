import { signal } from "@preact/signals"
import { Sending } from "./Sending.ts"

/** Files sent at once. A browser opens six connections to a server, and other requests need some. */
const atOnce = 3

/** Ended files that stay in the list. */
const mostEnded = 20

/** The files of this page, newest first: those under way, those that wait, and the last that have ended. */
export class Queue {
  readonly all = signal<ReadonlyArray<Sending>>([])
  /** Called when the server has stored a file. */
  onStored: () => void = () => undefined

  add(files: ReadonlyArray<File>): void {
    const old = this.all.peek()
    const ended = new Set(old.filter(({ hasEnded }) => hasEnded).slice(0, mostEnded))
    const added = files.map((file) => new Sending(file)).toReversed()
    this.all.value = [...added, ...old.filter((sending) => !sending.hasEnded || ended.has(sending))]
    this.next()
  }

  private next(): void {
    const all = this.all.peek()
    const free = atOnce - all.filter(({ isUnderWay }) => isUnderWay).length
    const waiting = all.filter(({ state }) => state.peek() === "waiting").toReversed()
    for (const sending of waiting.slice(0, Math.max(0, free))) {
      void sending.send().then(() => {
        if (sending.state.peek() === "stored") this.onStored()
        this.next()
      })
    }
  }
}
