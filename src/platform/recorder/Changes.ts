import { Effect, Queue, Stream } from "effect"
import type { Recorded } from "./Recorded.ts"
import type { Summary } from "./Summary.ts"

/** Summaries that wait for a reader of `changes`; the oldest are dropped. */
const mostChanges = 1_000

/** Tells readers of the recordings that begin and end. */
export class Changes {
  private readonly listeners = new Set<Queue.Enqueue<Summary>>()

  /** Streams recordings as they change; those of one chunk came together, while the reader did not read. */
  readonly stream: Stream.Stream<Summary> = Stream.unwrapScoped(Effect.gen(this, function*() {
    const listener = yield* Queue.sliding<Summary>(mostChanges)
    yield* Effect.acquireRelease(
      Effect.sync(() => this.listeners.add(listener)),
      () => Effect.sync(() => this.listeners.delete(listener))
    )
    return Stream.fromQueue(listener, { maxChunkSize: mostChanges })
  }))

  tell(changed: Recorded): void {
    if (this.listeners.size === 0) return
    const { summary } = changed
    for (const listener of this.listeners) listener.unsafeOffer(summary)
  }
}
