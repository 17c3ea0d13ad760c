import type { Language } from "../domain/Text.ts"
import { allShown, shownState } from "./pictureRows.ts"
import { legendOf } from "./policyMoments.ts"
import { letter, pixels } from "./svgText.ts"
import { svgWords } from "./svgWords.ts"
import type { Timeline } from "./Timeline.ts"
import { stateWords } from "./words.ts"

/** One entry of the legend: its sign as SVG, and its meaning. */
type Entry = readonly [drawn: string, says: string]

const swatch = (state: string): string => `<rect class="${state}" width="20" height="12"/>`
const sign = (text: string): string => `<text class="mark" x="6" y="11">${text}</text>`

/** The entries of what a timeline uses. */
const entriesOf = (
  { events, fibers, interruptions, loop_stalls, slices, spans }: Timeline,
  language: Language
): ReadonlyArray<Entry> => {
  const words = svgWords[language]
  const used = new Set(slices.map(shownState))
  const ends = new Set([...fibers, ...spans].map(({ outcome }) => outcome))
  const isSlow = interruptions.some(({ asked, cleaned_up }) => cleaned_up === null || cleaned_up > asked)
  const conditional: ReadonlyArray<readonly [boolean, Entry]> = [
    ...legendOf(events).map(([letter, meaning]) => [true, [sign(letter), meaning[language]]] as const),
    [ends.has("interrupted"), [sign("✕"), words.interrupted]],
    [isSlow, [
      `<rect class="asked" width="10" height="3"/><rect class="bad" x="10" width="10" height="3"/>`,
      words.unwinding
    ]],
    [ends.has("failure") || ends.has("defect"), [sign("!"), words.failed]],
    [loop_stalls.length > 0, [swatch("stall"), words.stalls]]
  ]
  return allShown.filter((state) => used.has(state))
    .map((state): Entry => [swatch(state), stateWords[state][language]])
    .concat(conditional.flatMap(([isUsed, entry]) => isUsed ? [entry] : []))
}

const lineHeight = 20

/** Draws the legend in lines of a width; returns it with its height. */
export const drawLegend = (
  timeline: Timeline,
  language: Language,
  top: number,
  width: number
): readonly [drawn: string, height: number] => {
  let [x, y] = [8, 0]
  const drawn = entriesOf(timeline, language).map(([drawn, says]) => {
    const taken = 42 + says.length * letter
    if (x > 8 && x + taken > width) [x, y] = [8, y + lineHeight]
    const entry = `<g transform="translate(${pixels(x)} ${top + y})">${drawn}<text x="26" y="10.5">${says}</text></g>`
    x += taken
    return entry
  })
  return [drawn.join(""), y + lineHeight]
}
