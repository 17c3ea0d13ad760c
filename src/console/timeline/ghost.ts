import { type Row, rowsOf } from "../../timeline/pictureRows.ts"
import type { FiberLine, Timeline } from "../../timeline/Timeline.ts"
import type { Track } from "./Track.ts"

/** A fiber as it was predicted. */
export type Ghost = Pick<Row, "fiber" | "slices">

const unnamed = /^#\d+$/

/**
 * Names each fiber by its place in the tree: its name, and its number among the children of that name in the order of
 * their starts. Numbers of fibers differ from run to run, so an unnamed one has its place alone.
 */
const placesOf = (fibers: ReadonlyArray<FiberLine>): ReadonlyMap<number, string> => {
  const places = new Map<number, string>()
  const counts = new Map<string, number>()
  for (const { id, name, parent } of fibers.toSorted((one, other) => one.from - other.from || one.id - other.id)) {
    const above = parent === null ? "" : places.get(parent) ?? ""
    const path = `${above}/${unnamed.test(name) ? "" : name}`
    const count = (counts.get(path) ?? 0) + 1
    counts.set(path, count)
    places.set(id, `${path}:${count}`)
  }
  return places
}

/** Finds what was predicted for the fibers of a recording, by the keys of their rows. Others have no ghost. */
export const ghostsOf = (track: Track, predicted: Timeline): ReadonlyArray<readonly [key: string, ghost: Ghost]> => {
  const places = placesOf(predicted.fibers)
  const byPlace = new Map(rowsOf(predicted).map((row) => [places.get(row.fiber.id), row] as const))
  const own = placesOf(track.timeline.fibers)
  return track.rows.flatMap(({ fiber, key }) => {
    const ghost = byPlace.get(own.get(fiber.id))
    return ghost === undefined ? [] : [[key, ghost] as const]
  })
}
