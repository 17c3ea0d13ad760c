import type { Text } from "./Text.ts"

/** A noun whose plural has an `s`, or both forms of another. */
export type Noun = string | readonly [one: string, more: string]

const formOf = (noun: Noun, isPlural: boolean): string => {
  const [one, more] = typeof noun === "string" ? [noun, `${noun}s`] : noun
  return isPlural ? more : one
}

/**
 * A count with its noun: `1.5 place`, `1.5 places`. The plural begins at 2 in French; in English only 1 is singular.
 * `written` stands for the count, such as a range.
 */
export const counted = (count: number, fr: Noun, en: Noun, written: string = String(count)): Text => ({
  fr: `${written} ${formOf(fr, count >= 2)}`,
  en: `${written} ${formOf(en, count !== 1)}`
})
