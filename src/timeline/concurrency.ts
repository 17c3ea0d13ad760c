import type { Slice, Timeline } from "./Timeline.ts"

/** True for a slice in which work is in flight: the fiber waits for something that happens, not for its turn. */
const isInFlight = ({ reason, state }: Slice): boolean => {
  if (state !== "waiting") return false
  switch (reason?.kind) {
    case "worker":
      return reason.thread !== undefined
    case "sleep":
    case "commit":
    case "upstream":
    case "socket":
    case "file":
    case "mail":
      return true
    default:
      return false
  }
}

/** Counts the most work in flight at once. */
export const concurrencyOf = ({ slices }: Timeline): number => {
  const changes = slices.filter(isInFlight).flatMap(({ from, to }) => [[from, 1], [to, -1]] as const)
  // an end at the moment of a beginning comes first, as one may have caused the other
  changes.sort(([one, step], [other, otherStep]) => one - other || step - otherStep)
  let now = 0
  let most = 0
  for (const [, step] of changes) most = Math.max(most, now += step)
  return most
}
