import { Context, Duration, Effect, Layer } from "effect"
import { AppConfig } from "../AppConfig.ts"
import { InvalidInput, type Overloaded, TimedOut } from "../domain/Problem.ts"
import { pause } from "../platform/scheduler/pause.ts"
import { Policies } from "../policy/Policies.ts"
import type { Progress } from "./Api.ts"
import * as Backlog from "./Backlog.ts"

/** Told of each item as it finishes; the item's place is free already, so a slow listener holds up its own batch alone. */
type Listener<E> = (progress: Progress) => Effect.Effect<void, E>

/** A batch that was found to be right and runs when it is called; `Overloaded` if too much was accepted in the meantime. */
type CheckedBatch = <E>(listener: Listener<E>) => Effect.Effect<ReadonlyArray<string>, E | Overloaded | TimedOut>

/**
 * The handbook's batch: each item under the named policy `batch`, whose places all batches of the server share by round robin. `concurrency`
 * lowers how many of them a batch holds at once. Interrupting a batch frees its places.
 */
export class Batch extends Context.Tag("barista/batch/Batch")<Batch, {
  /** The results in the order of the items, at most `batchMaxItems`. */
  readonly process: (
    items: ReadonlyArray<string>,
    concurrency?: number
  ) => Effect.Effect<ReadonlyArray<string>, InvalidInput | Overloaded | TimedOut>
  /** The same with progress, for at most `batchMaxItemsStreamed` items. */
  readonly withProgress: (
    items: ReadonlyArray<string>,
    concurrency?: number
  ) => Effect.Effect<CheckedBatch, InvalidInput | Overloaded>
}>() {
  static readonly layer = Layer.effect(
    Batch,
    Effect.gen(function*() {
      const { batchItemDuration, batchMaxItems, batchMaxItemsStreamed, batchMaxWaiting } = yield* AppConfig
      const policies = yield* Policies
      const places = policies.parties("batch")
      const backlog = yield* Backlog.make(batchMaxWaiting, Duration.times(batchItemDuration, 1 / places.permits))

      const processItem = Effect.fn("Batch.processItem")((item: string) =>
        Effect.as(pause(batchItemDuration), `Processed: ${item}`)
      )

      const check = Effect.fnUntraced(function*(items: number, most: number, concurrency: number) {
        if (items > most) {
          const streamed = most < batchMaxItemsStreamed
            ? ` (${batchMaxItemsStreamed} with Accept: text/event-stream)`
            : ""
          return yield* InvalidInput.of(["body"], `must have at most ${most} items${streamed}`, "too_long")
        }
        if (concurrency > places.permits) {
          const rule = `must be a whole number from 1 to ${places.permits}`
          return yield* InvalidInput.of(["query", "concurrency"], rule, "value_error")
        }
        yield* backlog.check(items)
      })

      const run = (items: ReadonlyArray<string>, concurrency: number): CheckedBatch =>
        Effect.fn("Batch.run")(function*(listener) {
          const { finishOne } = yield* backlog.accept(items.length)
          const party = yield* places.party()
          const limited = policies.apply("batch", party)
          let done = 0
          // the batch's share: items beyond it have no fiber yet, so that many waiting items cost next to nothing
          return yield* Effect.forEach(items, (item, index) =>
            limited(processItem(item)).pipe(
              Effect.catchTag("PolicyTimeout", ({ after }) =>
                new TimedOut({ what: "POST /batch-process", after: Duration.toSeconds(after) })),
              Effect.zipLeft(finishOne),
              Effect.tap((result) =>
                listener({ done: ++done, total: items.length, index, result })
              )
            ), { concurrency })
        }, Effect.scoped)

      return {
        process: (items, concurrency = places.permits) =>
          Effect.zipRight(check(items.length, batchMaxItems, concurrency), run(items, concurrency)(() => Effect.void)),
        withProgress: (items, concurrency = places.permits) =>
          Effect.as(check(items.length, batchMaxItemsStreamed, concurrency), run(items, concurrency))
      }
    })
  )
}
