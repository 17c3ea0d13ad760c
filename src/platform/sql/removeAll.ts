import { Effect } from "effect"

/**
 * Removes rows until none is left that may go, so many at a time, as each time keeps the event loop and the writer for some milliseconds.
 * `removeSome` removes at most as many as it is told and answers how many there were; the answer is how many there were in all.
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
