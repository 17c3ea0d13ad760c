/**
 * Gathers items and runs them at the end of the event loop's turn, first in first out. Items beyond `most` wait for the
 * end of the next turn. `run` must not throw.
 *
 * Consecutive writes to sockets cost less. Waking a peer on the same machine is most of a small write's cost. After the
 * first write the peer is still awake for the others.
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
