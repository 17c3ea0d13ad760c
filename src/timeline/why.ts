import type { Language } from "../domain/Text.ts"
import { criticalPath, type Segment } from "./criticalPath.ts"
import { timeText } from "./pictureRows.ts"
import type { PolicyEvent, Timeline } from "./Timeline.ts"
import { isPlaced, texts, type Told } from "./whyTexts.ts"

/** Parts below this share of the whole are not told. */
const noticed = 0.01

/** Parts told at most. */
const mostParts = 5

/** Finds what belongs to a segment: the attempt after a pause, the changes that shared a commit. */
const toldOf = ({ commits, events }: Timeline, { fiber, from, reason, to }: Segment): Told => {
  if (reason?.kind === "commit") {
    const commit = commits.find(({ group }) => group === reason.group)
    return { shared: commit && commit.others + commit.fibers.length - 1 }
  }
  if (reason?.kind !== "pause") return {}
  const attempts = events.filter((event) => event.fiber === fiber && event.kind === "attempt")
  const before = attempts.findLast(({ at }) => at <= from)
  return { attempt: attempts.find(({ at }) => at >= to)?.value, policy: before?.policy }
}

/** Counts the refusals by policy and reason, the most frequent first. */
const refusalsOf = ({ events }: Timeline): ReadonlyArray<readonly [PolicyEvent, number]> => {
  const found = new Map<string, readonly [PolicyEvent, number]>()
  for (const event of events) {
    if (event.kind !== "refused") continue
    const key = `${event.policy} ${event.reason}`
    found.set(key, [event, (found.get(key)?.[1] ?? 0) + 1])
  }
  return [...found.values()].toSorted(([, one], [, other]) => other - one).slice(0, mostParts)
}

/** Tells in one sentence where the time of a run went, the largest part first, and what policies refused. */
export const why = (timeline: Timeline, language: Language = "en"): string => {
  const words = texts[language]
  const names = new Map(timeline.fibers.map(({ id, name }) => [id, name]))
  const nameOf = (fiber: number) => names.get(fiber) ?? `#${fiber}`
  const phraseOf = (segment: Segment): string => {
    const { fiber, reason, stall, state } = segment
    const place = isPlaced(segment) ? words.inFiber(nameOf(fiber)) : ""
    if (stall !== undefined) return words.stalled(stall, nameOf)
    if (state === "running") return words.running + place
    if (state === "ready") return words.ready + place
    return words.reason(reason ?? { kind: "unknown" }, nameOf, toldOf(timeline, segment)) + place
  }
  const parts = new Map<string, number>()
  for (const segment of criticalPath(timeline)) {
    const phrase = phraseOf(segment)
    parts.set(phrase, (parts.get(phrase) ?? 0) + segment.to - segment.from)
  }
  const total = timeline.duration_ns
  const told = [...parts]
    .filter(([, time]) => time >= total * noticed)
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, mostParts)
    .map(([phrase, time]) => `${words.number(timeText(time, total))} ${phrase}`)
  const whole = words.took(words.number(timeText(total)))
  const [colon, semicolon] = language === "fr" ? [" : ", " ; "] : [": ", "; "]
  const refused = refusalsOf(timeline).map(([refusal, times]) => semicolon + words.refused(refusal, times)).join("")
  return (told.length === 0 ? whole : whole + colon + told.join(", ")) + refused
}
