import { Effect } from "effect"

/**
 * Removes all expired rows in batches, since each batch holds the event loop and the writer for some milliseconds.
 * `removeSome` removes at most as many rows as it is given, and returns their number; `removeAll` returns the total.
 */
export const removeAll = <E, R>(
  atOnce: number,
  removeSome: (atMost: number) => Effect.Effect<number, E, R>
): Effect.Effect<number, E, R> =>
  Effect.gen(function*() {
    let total = 0
    for (let removed = atOnce; removed === atOnce; total += removed) removed = yield* removeSome(atOnce)
    return total
  })
