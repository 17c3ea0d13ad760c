import { Context, Duration, Effect, Function, Layer, Predicate } from "effect"
import { AppConfig, partOf } from "../AppConfig.ts"
import { InvalidInput, type Overloaded, TimedOut } from "../domain/Problem.ts"
import { text } from "../domain/Text.ts"
import { UnfinishedItems } from "../domain/UnfinishedItems.ts"
import { traced } from "../platform/observability/Tracing.ts"
import { pause } from "../platform/scheduler/pause.ts"
import { SharedPermits } from "../platform/sql/SharedPermits.ts"
import { Policies } from "../policy/Policies.ts"
import { concurrencyOf } from "../policy/Policy.ts"
import { PolicyRefused } from "../policy/PolicyRefused.ts"
import { PolicyTimeout } from "../policy/PolicyTimeout.ts"
import { type RefusedProblem, refusedProblem } from "../policy/refusedProblem.ts"
import type { Progress } from "./Api.ts"
import * as Backlog from "./Backlog.ts"

/** The items that a worker processes in a row before it yields, if items take no time. */
const inARow = 4

/**
 * Hears of each item as it finishes. The item's permit is free already, so a slow listener delays only its own batch.
 */
type Listener<E> = (progress: Progress) => Effect.Effect<void, E>

/**
 * A validated batch, which runs when it is called. Fails with `Overloaded` if too many items were accepted meanwhile.
 */
type CheckedBatch = <E>(listener: Listener<E>) => Effect.Effect<ReadonlyArray<string>, E | RefusedProblem | TimedOut>

/**
 * The handbook's batch: each item runs under the named policy `batch`, whose permits all batches share by round robin.
 * `concurrency` lowers the permits that one batch holds at once, and interruption frees them. `client` identifies the
 * sender, as one client may have only a part of the backlog.
 */
export class Batch extends Context.Tag("barista/batch/Batch")<Batch, {
  /** Returns the results in the order of the items, at most `batchMaxItems`. */
  readonly process: (
    items: ReadonlyArray<string>,
    concurrency?: number,
    client?: string
  ) => Effect.Effect<ReadonlyArray<string>, InvalidInput | RefusedProblem | TimedOut>
  /** Does the same with progress, for at most `batchMaxItemsStreamed` items. */
  readonly withProgress: (
    items: ReadonlyArray<string>,
    concurrency?: number,
    client?: string
  ) => Effect.Effect<CheckedBatch, InvalidInput | Overloaded>
  /** Counts the accepted, unfinished items of all batches. */
  readonly unfinished: () => number
}>() {
  static readonly unfinishedItems = Layer.effect(UnfinishedItems, Effect.map(Batch, ({ unfinished }) => unfinished))

  static readonly layer = Layer.scoped(
    Batch,
    Effect.gen(function*() {
      const { batchItemDuration, batchMaxItems, batchMaxItemsStreamed, batchMaxWaiting, batchMaxWaitingPerClient } =
        yield* AppConfig
      const { parties, value, within } = (yield* Policies).of("batch")
      const limit = concurrencyOf(value)?.limit
      // an adaptive limit is what one server finds for itself
      const shared = Predicate.isNumber(limit) ? yield* (yield* SharedPermits).of("batch", limit) : Function.identity
      const backlog = yield* Backlog.make({
        most: batchMaxWaiting,
        ofOneClient: partOf(batchMaxWaiting, batchMaxWaitingPerClient),
        each: Duration.times(batchItemDuration, 1 / parties.permits)
      })

      const processItem = (item: string) =>
        traced("Batch.processItem")(Effect.as(pause(batchItemDuration), `Processed: ${item}`))

      const check = Effect.fnUntraced(function*(
        items: number,
        most: number,
        concurrency: number,
        client: string | undefined
      ) {
        if (items > most) {
          const streamed = most < batchMaxItemsStreamed
            ? text(
              ` (${batchMaxItemsStreamed} avec Accept: text/event-stream)`,
              ` (${batchMaxItemsStreamed} with Accept: text/event-stream)`
            )
            : text("", "")
          const rule = text(
            `doit avoir au plus ${most} éléments${streamed.fr}`,
            `must have at most ${most} items${streamed.en}`
          )
          return yield* InvalidInput.of(["body"], rule, "too_long")
        }
        if (concurrency > parties.permits) {
          const rule = text(
            `doit être un entier de 1 à ${parties.permits}`,
            `must be a whole number from 1 to ${parties.permits}`
          )
          return yield* InvalidInput.of(["query", "concurrency"], rule, "value_error")
        }
        yield* backlog.check(items, client)
      })

      const run = (
        items: ReadonlyArray<string>,
        concurrency: number,
        client: string | undefined
      ): CheckedBatch =>
      (listener) =>
        Effect.gen(function*() {
          const share = yield* backlog.accept(items.length, client)
          const limited = within(shared(yield* parties.party))
          const results = Array.from(items, () => "")
          const waiting = items.entries()
          let done = 0
          // workers, as the bookkeeping of a `forEach` with a concurrency costs more than the items
          const worker = Effect.gen(function*() {
            for (const [index, item] of waiting) {
              const result = yield* limited(processItem(item))
              results[index] = result
              share.finishOne()
              yield* listener({ done: ++done, total: items.length, index, result })
              if (index % inARow === 0) yield* Effect.yieldNow()
            }
          })
          const workers = Array.from({ length: Math.min(concurrency, items.length) }, () => worker)
          yield* Effect.all(workers, { concurrency: "unbounded", discard: true }).pipe(
            Effect.catchIf(
              (error) => error instanceof PolicyTimeout,
              ({ after }) => new TimedOut({ what: "POST /batch-process", after: Duration.toSeconds(after) })
            ),
            Effect.catchIf((error) => error instanceof PolicyRefused, (refused) => Effect.fail(refusedProblem(refused)))
          )
          return results
        }).pipe(Effect.scoped, traced("Batch.run", { arguments: [items.length, concurrency] }))

      return {
        unfinished: backlog.unfinished,
        process: (items, concurrency = parties.permits, client) =>
          Effect.zipRight(
            check(items.length, batchMaxItems, concurrency, client),
            run(items, concurrency, client)(() => Effect.void)
          ),
        withProgress: (items, concurrency = parties.permits, client) =>
          Effect.as(
            check(items.length, batchMaxItemsStreamed, concurrency, client),
            run(items, concurrency, client)
          )
      }
    })
  )
}
