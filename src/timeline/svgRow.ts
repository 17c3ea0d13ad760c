import type { Language } from "../domain/Text.ts"
import { type Row, type Shown, shownState } from "./pictureRows.ts"
import { meaningOf, signOf } from "./policyMoments.ts"
import { escaped, fitted, letter, pixels, smallLetter, title } from "./svgText.ts"
import { svgWords, timeIn } from "./svgWords.ts"
import type { Slice, SpanLine } from "./Timeline.ts"
import { outcomeWords, stateWords, whyWords } from "./words.ts"

export const rowHeight = 22
const barHeight = 14
/** Levels of the tree that are indented. */
const deepest = 8
const indent = 12

/** The horizontal axis: its left end, the place of a moment in pixels, its length in nanoseconds, and its language. */
export interface Axis {
  readonly language: Language
  readonly left: number
  readonly x: (nanos: number) => number
  readonly until: number
}

const indentOf = ({ depth }: Row): number => 8 + Math.min(depth, deepest) * indent

/** The width that a row's name takes. */
export const nameWidth = (row: Row): number => indentOf(row) + row.fiber.name.length * letter

/** A bar: one slice, or several that are too narrow to be drawn apart. */
interface Bar {
  readonly from: number
  readonly to: number
  readonly state: Shown
  readonly told: string
}

/** Narrowest bar in pixels. Slices below this are drawn as one, in the colour of the state that took longest. */
const narrowest = 1

const toldOf = (slice: Slice, language: Language): string =>
  [stateWords[shownState(slice)][language]]
    .concat(Object.entries(slice.reason ?? {}).flatMap(([key, value]) => key === "kind" ? [] : [`${key} ${value}`]))
    .join(", ")

const barOf = (group: ReadonlyArray<Slice>, first: Slice, last: Slice, language: Language): Bar => {
  const { from } = first
  const { to } = last
  if (group.length === 1) return { from, to, state: shownState(first), told: toldOf(first, language) }
  const times = new Map<Shown, number>()
  for (const slice of group) {
    times.set(shownState(slice), (times.get(shownState(slice)) ?? 0) + slice.to - slice.from)
  }
  const [state] = [...times].reduce((longest, other) => other[1] > longest[1] ? other : longest)
  return { from, to, state, told: svgWords[language].slices(group.length, stateWords[state][language]) }
}

/** Makes the bars of a row, which has no more of them than pixels. */
const barsOf = (slices: ReadonlyArray<Slice>, { language, x }: Axis): ReadonlyArray<Bar> => {
  const bars: Array<Bar> = []
  let group: Array<Slice> = []
  const close = () => {
    const [first, last] = [group[0], group.at(-1)]
    if (first !== undefined && last !== undefined && last.to > first.from) {
      bars.push(barOf(group, first, last, language))
    }
    group = []
  }
  for (const slice of slices) {
    if (x(slice.to) - x(slice.from) >= narrowest) close()
    group.push(slice)
    if (x(slice.to) - x(group[0]?.from ?? 0) >= narrowest) close()
  }
  close()
  return bars
}

/**
 * Returns the spans to label in a row: the first level of the fiber's spans that has more than one. The name of a fiber
 * with a single span stands beside its row already.
 */
const laneOf = (spans: ReadonlyArray<SpanLine>): ReadonlyArray<SpanLine> => {
  const outermost: Array<SpanLine> = []
  const inner: Array<SpanLine> = []
  for (const span of spans.toSorted((one, other) => one.from - other.from || other.to - one.to)) {
    const last = outermost.at(-1)
    const level = last !== undefined && span.to <= last.to ? inner : outermost
    level.push(span)
  }
  if (outermost.length > 1) return outermost
  return inner.length > 0 ? laneOf(inner) : []
}

/** A letter at a moment of a row. */
interface Mark {
  readonly at: number
  readonly text: string
  readonly told: string
}

const markWidth = 9
/** Pixels by which a mark may stand beside its moment to leave room for another; beyond it the mark is left out. */
const furthest = 3 * markWidth

const ends: Readonly<Record<SpanLine["outcome"], string>> = {
  success: "",
  running: "",
  failure: "!",
  defect: "!",
  interrupted: "✕"
}

/** Places the marks of a row beside each other: further attempts, timeouts, failures and interruptions. */
const marksOf = ({ fiber, moments, spans }: Row, { language, x }: Axis): ReadonlyArray<Mark> => {
  const found = moments.map((moment) => ({
    time: moment.at,
    text: signOf(moment),
    told: meaningOf(moment)[language]
  })).concat(
    [...spans, fiber].flatMap(({ name, outcome, to }) =>
      ends[outcome] === ""
        ? []
        : [{ time: to, text: ends[outcome], told: `${name}: ${outcomeWords[outcome][language]}` }]
    )
  ).toSorted((one, other) => one.time - other.time)
  const seen = new Set<string>()
  const marks: Array<Mark> = []
  let free = 0
  for (const { text, time, told } of found) {
    const wanted = x(time) + 2
    const key = `${text} ${Math.round(wanted)}`
    const at = Math.max(wanted, free)
    if (seen.has(key) || at - wanted > furthest) continue
    seen.add(key)
    marks.push({ at, text, told })
    free = at + markWidth
  }
  return marks
}

const isBad = (outcome: SpanLine["outcome"]): boolean => ends[outcome] !== ""

/** Fewest letters of a name that say anything. */
const fewest = 6

/** Draws a span as a line below its bar, and its name where there is room between the marks. */
const labelled = (span: SpanLine, marks: ReadonlyArray<Mark>, { language, until, x }: Axis, top: number): string => {
  const { from, name, outcome, to } = span
  const width = x(to) - x(from)
  if (width < 4) return ""
  const told = title(`${name}, ${timeIn(language, to - from, until)}, ${outcomeWords[outcome][language]}`)
  const line = `<rect class="${isBad(outcome) ? "bad" : "span"}" x="${x(from)}" y="${top + barHeight - 2}" width="${
    pixels(width - 1)
  }" height="2">${told}</rect>`
  let begin = x(from) + 4
  for (const { at } of marks) if (at >= x(from) && at < begin + markWidth) begin = at + markWidth + 3
  const next = marks.find(({ at }) => at >= begin)?.at ?? Infinity
  const text = fitted(name, Math.min(x(to), next) - begin - 2, smallLetter)
  return text.length < Math.min(name.length, fewest)
    ? line
    : `${line}<text class="label" x="${pixels(begin)}" y="${top + 9.5}">${escaped(text)}</text>`
}

/** Draws a fiber: its name, its states, its spans, its interruptions as long as they took, and its marks. */
export const drawRow = (row: Row, axis: Axis, y: number): string => {
  const { language, left, until, x } = axis
  const words = svgWords[language]
  const time = (nanos: number) => timeIn(language, nanos, until)
  const { fiber, interruptions, slices, spans } = row
  const top = y + (rowHeight - barHeight) / 2
  const rect = (kind: string, from: number, to: number, height: number, told: string) =>
    `<rect class="${kind}" x="${x(from)}" y="${top}" width="${
      pixels(Math.max(1, x(to) - x(from)))
    }" height="${height}">${title(told)}</rect>`
  const bars = barsOf(slices, axis).map(({ from, state, to, told }) =>
    rect(state, from, to, barHeight, `${told}, ${time(to - from)}`)
  )
  // a fiber that took no time is still there
  if (slices.length === 0) {
    bars.push(rect("span", fiber.from, fiber.to, barHeight, outcomeWords[fiber.outcome][language]))
  }
  const marks = marksOf(row, axis)
  const lane = laneOf(spans).map((span) => labelled(span, marks, axis, top))
  const unwound = interruptions.flatMap(({ asked, cleaned_up, honoured, why }) => {
    const end = cleaned_up ?? fiber.to
    const begun = honoured ?? end
    return [
      rect("asked", asked, begun, 3, words.honoured(whyWords[why][language], time(begun - asked))),
      rect("bad", begun, end, 3, words.cleanedUp(time(end - begun)))
    ]
  })
  const name = `<text x="${indentOf(row)}" y="${top + 11}">${escaped(fitted(fiber.name, left - indentOf(row) - 6))}${
    title(`${fiber.name}, ${words.fiber(fiber.id)}, ${outcomeWords[fiber.outcome][language]}`)
  }</text>`
  const letters = marks.map(({ at, text, told }) =>
    `<text class="mark" x="${pixels(at)}" y="${top + 11}">${text}${title(told)}</text>`
  )
  return [name, ...bars, ...lane, ...unwound, ...letters].join("")
}
