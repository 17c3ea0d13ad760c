import { Context, Effect } from "effect"
import * as QualityList from "./QualityList.ts"

/** A sentence in the two languages of the product: French is the handbook's, to the letter. */
export interface Text {
  readonly fr: string
  readonly en: string
}

export type Language = keyof Text

export const text = (fr: string, en: string): Text => ({ fr, en })

/**
 * The language in which the running request wants its texts; the handbook's French unless the error layer set another.
 */
export class Locale extends Context.Reference<Locale>()("barista/domain/Locale", {
  defaultValue: (): Language => "fr"
}) {}

/** The sentence in the language of the running request. */
export const localized = (sentence: Text): Effect.Effect<string> => Effect.map(Locale, (language) => sentence[language])

const languages: ReadonlyArray<Language> = ["fr", "en"]

const named = ({ range }: QualityList.Preference, language: Language) =>
  range === language || range.startsWith(`${language}-`)

/**
 * A longer range stands for its language too, as in the lookup of RFC 4647, 3.4: `en-GB` asks for our English. Refused, it is some English
 * that we do not have.
 */
const matchOf = (preferences: ReadonlyArray<QualityList.Preference>) => (language: Language) => {
  const matches = preferences.flatMap((preference, position): ReadonlyArray<QualityList.Match> => {
    const { quality, range } = preference
    if (range === "*") return [{ quality, closeness: 0, position }]
    return named(preference, language) && (quality > 0 || range === language)
      ? [{ quality, closeness: 1, position }]
      : []
  })
  const close = matches.filter(({ closeness }) => closeness === 1)
  const refused = close.find(({ quality }) => quality === 0)
  return refused ?? QualityList.best(close.length > 0 ? close : matches, (match) => match) ?? matches[0]
}

/**
 * The language asked for by an `Accept-Language` header (RFC 9110, 12.5.4): of the two we have, the one with the highest quality. Where
 * neither is wanted the header is disregarded but for what it refuses: French for no header, `*`, or languages we lack.
 */
export const negotiate = (header: string | undefined): Language => {
  if (header === undefined) return "fr"
  const match = matchOf(QualityList.parse(header))
  return QualityList.best(languages, match) ?? languages.find((language) => match(language)?.quality !== 0) ?? "fr"
}
