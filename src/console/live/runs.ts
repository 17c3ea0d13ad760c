import type { Summary } from "./Summary.ts"

const isRunning = ({ outcome }: Summary): boolean => outcome === "running"

/** Running ones first, and then the newest first. */
const inOrder = (one: Summary, other: Summary): number =>
  Number(isRunning(other)) - Number(isRunning(one)) || other.number - one.number

/**
 * Adds summaries to a list, each in the place of an earlier one of the same run. A run that has ended is not taken back
 * by a late summary of its beginning. The oldest runs beyond `most` are dropped.
 */
export const merged = (
  list: ReadonlyArray<Summary>,
  arrived: ReadonlyArray<Summary>,
  most: number
): ReadonlyArray<Summary> => {
  const byId = new Map(list.map((summary) => [summary.id, summary]))
  for (const summary of arrived) {
    const known = byId.get(summary.id)
    if (known === undefined || isRunning(known) || !isRunning(summary)) byId.set(summary.id, summary)
  }
  return [...byId.values()].toSorted(inOrder).slice(0, most)
}
