import type { Language } from "../../domain/Text.ts"
import { criticalPath } from "../../timeline/criticalPath.ts"
import type { Shown } from "../../timeline/pictureRows.ts"
import type { Timeline } from "../../timeline/Timeline.ts"
import { duration, stateWords } from "./words.ts"

/** A part of the time of a run: how long its critical path was in one state of one fiber. */
export interface Part {
  readonly fiber: number
  readonly state: Shown
  readonly time: number
  /** The first moment of it. */
  readonly at: number
}

/** Parts below this share of the whole are not told. */
const noticed = 0.01

/** Tells where the time of a run went, the largest part first. */
export const partsOf = (timeline: Timeline): ReadonlyArray<Part> => {
  const parts = new Map<string, Part>()
  for (const { fiber, from, state, to } of criticalPath(timeline)) {
    const key = `${fiber} ${state}`
    const { at = from, time = 0 } = parts.get(key) ?? {}
    parts.set(key, { fiber, state, time: time + to - from, at })
  }
  return [...parts.values()]
    .filter(({ time }) => time >= timeline.duration_ns * noticed)
    .sort((one, other) => other.time - one.time)
}

/** Most parts that a sentence tells. */
const told = 4

/** Tells in one sentence where the time of a run went. */
export const explain = (timeline: Timeline, language: Language): string => {
  const names = new Map(timeline.fibers.map(({ id, name }) => [id, name]))
  const total = duration(timeline.duration_ns, language)
  const parts = partsOf(timeline).slice(0, told).map(({ fiber, state, time }) =>
    `${names.get(fiber) ?? `#${fiber}`} ${stateWords[state][language]} (${
      duration(time, language, timeline.duration_ns)
    })`
  )
  if (parts.length === 0) return total
  return language === "fr" ? `${total} : ${parts.join(" ; ")}` : `${total}: ${parts.join("; ")}`
}
