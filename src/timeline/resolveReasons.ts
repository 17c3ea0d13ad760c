import type { FiberStory, OpenSlice, Stories } from "./FiberStory.ts"
import type { Reason, Slice } from "./Timeline.ts"

/** The items that a coordinator of Effect.all or Effect.forEach has started, by the coordinator's number. */
export type Items = ReadonlyMap<number, ReadonlyArray<FiberStory>>

const isAncestor = (stories: Stories, candidate: number, of: number): boolean => {
  for (let id: number | null = of; id !== null; id = stories.get(id)?.parent ?? null) if (id === candidate) return true
  return false
}

/**
 * Tells a wait for a fiber from a wait for a Deferred or a queue, which Effect attributes to the fiber that made it. A
 * fiber waits for itself or an ancestor only so, and the end of the other fiber ends only the former.
 */
const joinOrSignal = (slice: OpenSlice, fiber: number, stories: Stories): Reason => {
  const isJoin = stories.has(fiber) && !isAncestor(stories, fiber, slice.fiber) &&
    (slice.endedBy !== "other" && (slice.endedBy !== "end" || slice.woken_by === fiber))
  return isJoin ? { kind: "join", fiber } : { kind: "signal" }
}

/**
 * Explains a wait that has no reason of its own. A coordinator waits for its items that had not ended when the wait
 * began; its caller, once one has failed or it is interrupted, for the coordinator.
 */
const joinOfItems = (slice: OpenSlice, stories: Stories, items: Items): Reason => {
  const alive = (items.get(slice.fiber) ?? []).filter(({ ended, from }) =>
    (ended === undefined || ended.at >= slice.from) && from <= slice.to
  )
  const last = alive.find(({ id }) => id === slice.woken_by) ?? alive.at(-1)
  if (last !== undefined) return { kind: "join", fiber: last.id, fibers: alive.map(({ id }) => id) }
  for (const id of items.keys()) {
    const coordinator = stories.get(id)
    const { ended, parent } = coordinator ?? {}
    if (parent === slice.fiber && (ended === undefined || ended.at >= slice.to)) return { kind: "join", fiber: id }
  }
  return { kind: "unknown" }
}

const reasonOf = (slice: OpenSlice, reason: Reason, stories: Stories, items: Items): Reason => {
  if (reason.kind === "unknown") return joinOfItems(slice, stories, items)
  if (reason.kind !== "join") return reason
  if (reason.fibers === undefined) return joinOrSignal(slice, reason.fiber, stories)
  // the set of a composite id has no order of its own
  const fibers = reason.fibers.filter((id) => stories.has(id)).toSorted((one, other) => one - other)
  const [first] = fibers
  if (first === undefined) return { kind: "signal" }
  return { kind: "join", fiber: fibers.find((id) => id === slice.woken_by) ?? first, fibers }
}

/** Makes the slices of a timeline, with reasons that take other fibers into account. */
export const slicesOf = (stories: Stories, items: Items): ReadonlyArray<Slice> =>
  [...stories.values()].flatMap(({ slices }) =>
    slices.map(({ details: _, endedBy: __, ...slice }): Slice =>
      slice.reason === undefined ? slice : { ...slice, reason: reasonOf(slice, slice.reason, stories, items) }
    )
  )
