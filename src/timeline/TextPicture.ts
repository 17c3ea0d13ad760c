import { allShown, counted, type Row, rowsOf, type Shown, shownState, ticks, timeText } from "./pictureRows.ts"
import { legendOf, signOf } from "./policyMoments.ts"
import { printable } from "./printable.ts"
import type { FiberLine, PolicyEvent, Timeline } from "./Timeline.ts"
import { letters, stateWords } from "./words.ts"

/** The number of the ANSI colour of each state. */
const colours: Readonly<Record<Shown, number>> = {
  running: 32,
  ready: 33,
  sleep: 34,
  pause: 36,
  join: 90,
  permit: 35,
  turn: 35,
  commit: 36,
  worker: 36,
  upstream: 36,
  queue: 35,
  signal: 35,
  socket: 36,
  file: 36,
  mail: 36,
  unknown: 90
}

const marks: Readonly<Record<FiberLine["outcome"], { readonly letter: string; readonly colour: number }>> = {
  success: { letter: "|", colour: 0 },
  failure: { letter: "!", colour: 31 },
  defect: { letter: "!", colour: 31 },
  interrupted: { letter: "x", colour: 31 },
  running: { letter: ">", colour: 0 }
}

export interface Options {
  /** Width of the whole picture, in characters. */
  readonly columns: number
  readonly colours: boolean
  /** Fibers shown at most; further ones are counted. */
  readonly rows?: number
  /** Lines of the whole picture at most, where it must fit a terminal; the last fibers give way. */
  readonly lines?: number | undefined
  /** The end of the axis in nanoseconds, where several pictures share one. */
  readonly until?: number
}

const widestName = 32
const mostRows = 40

/** The narrowest picture that can be read, in characters. */
const leastColumns = 20

type Paint = (text: string, colour: number) => string

const plain: Paint = (text) => text
const ansi: Paint = (text, colour) => colour === 0 ? text : `\u001b[${colour}m${text}\u001b[0m`

/** Levels of the tree that names are indented by; deeper ones stand at the last. */
const deepest = 8

/** The name of a row, indented. */
const nameOf = ({ depth, fiber }: Row): string =>
  `${"  ".repeat(Math.min(depth, deepest))}${printable(fiber.name.slice(0, 2 * widestName))}`

const cut = (text: string, width: number): string => text.length <= width ? text : `${text.slice(0, width - 1)}…`

const fitted = (text: string, width: number): string => cut(text, width).padEnd(width)

/** The state that a fiber was in for the longest part of each column. */
const longest = (slices: Row["slices"], width: number, until: number): ReadonlyArray<Shown | undefined> => {
  const columns = Array.from({ length: width }, () => new Map<Shown, number>())
  const step = until / width
  for (const slice of slices) {
    const state = shownState(slice)
    const last = Math.min(width - 1, Math.floor(slice.to / step))
    for (let index = Math.floor(slice.from / step); index <= last; index++) {
      const times = columns[index]
      const time = Math.min((index + 1) * step, slice.to) - Math.max(index * step, slice.from)
      if (time > 0) times?.set(state, (times.get(state) ?? 0) + time)
    }
  }
  return columns.map((times) => [...times].toSorted(([, one], [, other]) => other - one)[0]?.[0])
}

/** A sign is one column wide; attempts beyond the ninth show their last digit. */
const momentMark = (event: PolicyEvent): string => signOf(event).slice(-1)

const bar = ({ fiber, moments, slices }: Row, width: number, until: number, paint: Paint): string => {
  const column = (nanos: number) => Math.min(width - 1, Math.floor((nanos / until) * width))
  const last = column(fiber.to)
  const shown = longest(slices, width, until)
  // a moment at the end stands before the mark of the end
  const marked = new Map(moments.map((moment) => [Math.min(column(moment.at), last - 1), momentMark(moment)]))
  return Array.from({ length: width }, (_, index) => {
    if (index === last) return paint(marks[fiber.outcome].letter, marks[fiber.outcome].colour)
    const mark = marked.get(index)
    if (mark !== undefined) return paint(mark, 31)
    const state = shown[index]
    return state === undefined ? " " : paint(letters[state], colours[state])
  }).join("").trimEnd()
}

const axis = (width: number, until: number): readonly [string, string] => {
  const line = Array.from({ length: width }, () => "─")
  const words = Array.from({ length: width }, () => " ")
  for (const tick of ticks(until, Math.floor(width / 10))) {
    const at = Math.min(width - 1, Math.floor((tick / until) * width))
    line[at] = "┴"
    const text = timeText(tick, until)
    // the last one ends where the axis does
    const from = Math.min(at, width - text.length)
    if (from < 0) continue
    for (const [index, letter] of [...text].entries()) words[from + index] = letter
  }
  return [line.join(""), words.join("").trimEnd()]
}

/** One entry of the legend: the letter with its colour, and its meaning. */
type Entry = readonly [letter: string, colour: number, says: string]

const entriesOf = ({ events, fibers, slices }: Timeline): ReadonlyArray<Entry> => {
  const used = new Set(slices.map(shownState))
  const entries = allShown.filter((state) => used.has(state)).map((state): Entry => [
    letters[state],
    colours[state],
    stateWords[state].en
  ])
  const ends = new Set(fibers.map(({ outcome }) => outcome))
  const conditional: ReadonlyArray<readonly [boolean, Entry]> = [
    ...legendOf(events).map(([sign, { en }]) => [true, [sign, 31, en]] as const),
    [ends.has("interrupted"), ["x", 31, "interrupted"]],
    [ends.has("failure") || ends.has("defect"), ["!", 31, "failed"]]
  ]
  return entries.concat(conditional.flatMap(([isUsed, entry]) => isUsed ? [entry] : []))
}

/** The legend of what a picture uses, wrapped at the width of the picture. */
const legend = (timeline: Timeline, columns: number, paint: Paint): ReadonlyArray<string> => {
  const lines: Array<{ readonly text: string; readonly length: number }> = []
  for (const [letter, colour, meaning] of entriesOf(timeline)) {
    const says = cut(meaning, columns - 2)
    const length = letter.length + 1 + says.length
    const text = `${paint(letter, colour)} ${says}`
    const last = lines.at(-1)
    if (last === undefined || last.length + 2 + length > columns) lines.push({ text, length })
    else lines[lines.length - 1] = { text: `${last.text}  ${text}`, length: last.length + 2 + length }
  }
  return lines.map(({ text }) => text)
}

const lost = ({ lost }: Timeline): ReadonlyArray<string> =>
  lost.events || lost.fibers > 0 || lost.spans > 0
    ? [
      `lost: ${counted(lost.fibers, "fiber")}, ${counted(lost.spans, "span")}${
        lost.events ? ", the oldest events" : ""
      }`
    ]
    : []

/** Draws a timeline as lines no wider than the picture: a row a fiber, a letter a state, an axis, a legend. */
export const draw = (timeline: Timeline, options: Options): ReadonlyArray<string> => {
  const paint = options.colours ? ansi : plain
  const columns = Math.max(leastColumns, options.columns)
  const all = rowsOf(timeline)
  const below = [...legend(timeline, columns, paint), ...lost(timeline).map((line) => cut(line, columns))]
  // the axis takes two lines, and the count of further fibers one
  const room = options.lines === undefined ? Infinity : Math.max(1, options.lines - below.length - 3)
  const rows = all.slice(0, Math.min(options.rows ?? mostRows, room))
  const widest = Math.min(widestName, Math.floor(columns / 2))
  const name = Math.min(widest, Math.max(4, ...rows.map((row) => nameOf(row).length)))
  const width = columns - name - 1
  const until = Math.max(1, options.until ?? timeline.duration_ns)
  const [line, words] = axis(width, until)
  const indent = " ".repeat(name + 1)
  return [
    ...rows.map((row) => `${fitted(nameOf(row), name)} ${bar(row, width, until, paint)}`),
    ...(all.length > rows.length ? [`… ${counted(all.length - rows.length, "more fiber")}`] : []),
    `${indent}${line}`,
    `${indent}${words}`,
    ...below
  ]
}
