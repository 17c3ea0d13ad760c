import type { FiberRow, Track } from "./Track.ts"

/** A row of the tree grid: a fiber, or the head of a recording where two are compared. */
export interface GridRow {
  readonly key: string
  readonly track: Track
  /** Undefined for the head of a recording. */
  readonly row: FiberRow | undefined
  /** From 1, as a screen reader counts. */
  readonly level: number
  readonly isExpandable: boolean
  readonly isExpanded: boolean
}

const headKey = (track: Track): string => `${track.number}:`

/** Lists the rows that are shown: those of collapsed fibers are not. Recordings have a head where there are two. */
export const gridRows = (tracks: ReadonlyArray<Track>, collapsed: ReadonlySet<string>): ReadonlyArray<GridRow> => {
  const hasHeads = tracks.length > 1
  const shown: Array<GridRow> = []
  for (const track of tracks) {
    const key = headKey(track)
    const isOpen = !collapsed.has(key)
    if (hasHeads) {
      shown.push({ key, track, row: undefined, level: 1, isExpandable: track.rows.length > 0, isExpanded: isOpen })
      if (!isOpen) continue
    }
    // below this depth rows are hidden
    let hidden = Infinity
    for (const row of track.rows) {
      if (row.depth > hidden) continue
      hidden = Infinity
      const isExpanded = row.hasChildren && !collapsed.has(row.key)
      if (row.hasChildren && !isExpanded) hidden = row.depth
      const level = row.depth + (hasHeads ? 2 : 1)
      shown.push({ key: row.key, track, row, level, isExpandable: row.hasChildren, isExpanded })
    }
  }
  return shown
}

/** The keys that must be expanded for a fiber to be shown. */
export const ancestors = (track: Track, row: FiberRow): ReadonlyArray<string> => {
  const keys = [headKey(track)]
  for (let above = row.parent; above !== undefined; above = above.parent) keys.push(above.key)
  return keys
}

/** Compares names as a search does: without case and accents. */
const plain = (text: string): string => text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase()

/** Finds all fibers with a text in their name, or in the name of one of their spans; collapsed ones too. */
export const search = (tracks: ReadonlyArray<Track>, text: string): ReadonlyArray<FiberRow> => {
  const wanted = plain(text.trim())
  if (wanted === "") return []
  return tracks.flatMap(({ rows }) =>
    rows.filter(({ fiber, spans }) =>
      plain(fiber.name).includes(wanted) || spans.some(({ name }) => plain(name).includes(wanted))
    )
  )
}
