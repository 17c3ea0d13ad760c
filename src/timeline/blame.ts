import type { Timeline, Victim } from "./Timeline.ts"

/** A stall of the event loop: who kept the loop, and whom it robbed of how much, the most first. */
export interface StallBlame {
  readonly kind: "stall"
  readonly from: number
  readonly to: number
  /** Null where the loop was kept by another recording, or by what no recording saw. */
  readonly fiber: number | null
  readonly name: string
  readonly victims: ReadonlyArray<Victim>
  /** The sum over all victims. */
  readonly stolen_ns: number
}

/** A change of this recording within a commit, with the time for which it waited for the commit. */
export interface Sharer {
  readonly fiber: number
  readonly name: string
  readonly waited_ns: number
}

/** A commit: which fibers shared it, and how many changes of other runs did. */
export interface CommitBlame {
  readonly kind: "commit"
  readonly from: number
  readonly to: number
  readonly group: number
  readonly fibers: ReadonlyArray<Sharer>
  readonly others: number
}

/** Tells who caused the waits that several fibers share, in order of time. */
export const blame = (
  { commits, fibers, loop_stalls, slices }: Timeline
): ReadonlyArray<StallBlame | CommitBlame> => {
  const names = new Map(fibers.map(({ id, name }) => [id, name]))
  const waits = slices.filter(({ reason }) => reason?.kind === "commit")
  const waitOf = (fiber: number, group: number): number =>
    waits
      .filter((slice) => slice.fiber === fiber && slice.reason?.kind === "commit" && slice.reason.group === group)
      .reduce((time, { from, to }) => time + to - from, 0)
  const stalls = loop_stalls.map(({ fiber, from, name, to, victims }): StallBlame => ({
    kind: "stall",
    from,
    to,
    fiber,
    name,
    victims: victims.toSorted((one, other) => other.stolen_ns - one.stolen_ns),
    stolen_ns: victims.reduce((sum, { stolen_ns }) => sum + stolen_ns, 0)
  }))
  const shared = commits.map(({ fibers: sharing, from, group, others, to }): CommitBlame => ({
    kind: "commit",
    from,
    to,
    group,
    fibers: sharing.map((fiber) => ({ fiber, name: names.get(fiber) ?? `#${fiber}`, waited_ns: waitOf(fiber, group) })),
    others
  }))
  return [...stalls, ...shared].toSorted((one, other) => one.from - other.from)
}
