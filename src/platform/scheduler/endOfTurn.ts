import { Effect } from "effect"

/**
 * Gathers what is to be done at the end of the event loop's turn, and does it there, first in first out; what is beyond `most` of one turn is done
 * at the end of the next one. `run` must not throw.
 *
 * What is written to sockets one after the other, with nothing between, is written for less: a peer on the same machine that is woken by the
 * first of them is still awake for the others, and waking it is what costs most of a small write.
 */
export const endOfTurn = <A>(run: (item: A) => void, most = Number.POSITIVE_INFINITY): (item: A) => void => {
  let due: Array<A> = []
  const turn = () => {
    const round = due.length <= most ? due : due.slice(0, most)
    due = due.slice(round.length)
    if (due.length > 0) setImmediate(turn)
    for (const item of round) run(item)
  }
  return (item) => {
    if (due.push(item) === 1) setImmediate(turn)
  }
}

/** Ends when the turn of the event loop is over, and with it what it had gathered by now without a limit: an answer, say, that is then written. */
export const turnEnded: Effect.Effect<void> = Effect.async<void>((resume) => {
  const immediate = setImmediate(() => resume(Effect.void))
  return Effect.sync(() => clearImmediate(immediate))
})
