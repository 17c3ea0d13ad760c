import { Duration, Effect, Option } from "effect"
import type { CollectedSpan } from "./CollectedSpan.ts"
import type { NotSent } from "./posting.ts"

/** Spans of one request: some hundred kilobytes of JSON, which take a few milliseconds to write. */
const batchSize = 512

/** Longest pause before a request, also where the receiver asks for a longer one: the queue fills meanwhile. */
const longestPause = Duration.seconds(30)

/** Attempts to send a batch; its spans are lost after the last one. */
const mostAttempts = 5

/** Sends spans in one request; returns how many the receiver rejected. */
export type Post = (spans: ReadonlyArray<CollectedSpan>) => Effect.Effect<number, NotSent>

/**
 * Ended spans on their way to a receiver. One that is slow or away costs spans, which are counted, and nothing else.
 * The log tells when losses begin and when they have ended.
 */
export class SpanQueue {
  private readonly most: number
  private readonly post: Post
  private readonly waiting: Array<CollectedSpan> = []
  private readonly batchWaits = Effect.unsafeMakeLatch()
  /** Spans that found the queue full, and are not counted as lost yet. */
  private overflown = 0
  private lost = 0
  private isLosing = false

  constructor(most: number, post: Post) {
    this.most = most
    this.post = post
  }

  /** Takes a span, or drops it if the queue is full. Never waits. */
  readonly add = (span: CollectedSpan): void => {
    if (this.waiting.length < this.most) this.waiting.push(span)
    else this.overflown++
    if (this.waiting.length >= Math.min(batchSize, this.most)) this.batchWaits.unsafeOpen()
  }

  /** Sends batches for ever, each after a pause or once it is whole. An interruption puts an unsent batch back. */
  sending(interval: Duration.Duration): Effect.Effect<never> {
    const next = Effect.suspend(() => {
      const spans = this.take()
      return Effect.onInterrupt(this.deliver(spans, 1), () => Effect.sync(() => this.waiting.unshift(...spans)))
    })
    return Effect.raceFirst(this.batchWaits.await, Effect.sleep(interval)).pipe(
      Effect.zipRight(this.tellOverflow),
      Effect.zipRight(next),
      Effect.forever
    )
  }

  /** Sends all that waits within a time, each batch once, and tells what was lost in all. */
  flush(within: Duration.Duration): Effect.Effect<void> {
    const next = Effect.suspend(() => this.deliver(this.take(), mostAttempts))
    const isLeft = () => this.waiting.length > 0
    const left = this.waiting.length
    return Effect.whileLoop({ while: isLeft, body: () => next, step: () => undefined }).pipe(
      Effect.interruptible,
      Effect.timeoutTo({
        duration: within,
        onSuccess: () => Effect.void,
        onTimeout: () => Effect.suspend(() => this.lose(this.unsent + this.waiting.length, "the server stops"))
      }),
      Effect.flatten,
      Effect.zipRight(this.tellOverflow),
      Effect.zipRight(
        Effect.suspend(() => this.lost === 0 ? Effect.void : Effect.logWarning(`${this.lost} spans were lost in all`))
      ),
      Effect.when(() => left > 0 || this.lost > 0 || this.overflown > 0)
    )
  }

  /** Spans of the batch that is on its way. */
  private unsent = 0

  private take(): ReadonlyArray<CollectedSpan> {
    const spans = this.waiting.splice(0, batchSize)
    if (this.waiting.length < Math.min(batchSize, this.most)) this.batchWaits.unsafeClose()
    return spans
  }

  /** Sends a batch, again after a passing failure. */
  private deliver(spans: ReadonlyArray<CollectedSpan>, attempt: number): Effect.Effect<void> {
    if (spans.length === 0) return Effect.void
    this.unsent = spans.length
    return Effect.matchEffect(this.post(spans), {
      onSuccess: (rejected) => {
        this.unsent = 0
        return rejected > 0 ? this.lose(rejected, "the receiver rejects some") : this.tellDelivery
      },
      onFailure: ({ isPassing, reason, retryAfter }) => {
        if (!isPassing || attempt >= mostAttempts) {
          this.unsent = 0
          return this.lose(spans.length, reason)
        }
        const pause = Option.getOrElse(retryAfter, () => Duration.seconds(2 ** (attempt - 1)))
        return Effect.sleep(Duration.min(pause, longestPause)).pipe(
          Effect.zipRight(this.tellOverflow),
          Effect.zipRight(Effect.suspend(() => this.deliver(spans, attempt + 1)))
        )
      }
    })
  }

  private lose(spans: number, reason: string): Effect.Effect<void> {
    this.lost += spans
    if (this.isLosing || spans === 0) return Effect.void
    this.isLosing = true
    return Effect.logWarning(`spans are being lost: ${reason}`)
  }

  private readonly tellOverflow = Effect.suspend(() => {
    const spans = this.overflown
    this.overflown = 0
    return this.lose(spans, `OTLP_QUEUE (${this.most}) is full`)
  })

  private readonly tellDelivery = Effect.suspend(() => {
    if (!this.isLosing) return Effect.void
    this.isLosing = false
    return Effect.logInfo(`spans are delivered again; ${this.lost} were lost`)
  })
}
