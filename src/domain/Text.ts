import { Context, Effect } from "effect"
import * as QualityList from "./QualityList.ts"

/** A sentence in the product's two languages. The French is the handbook's, to the letter. */
export interface Text {
  readonly fr: string
  readonly en: string
}

export type Language = keyof Text

export const text = (fr: string, en: string): Text => ({ fr, en })

/** The language of the running request's texts; the handbook's French unless the error layer sets another. */
export class Locale extends Context.Reference<Locale>()("barista/domain/Locale", {
  defaultValue: (): Language => "fr"
}) {}

/** Returns the sentence in the language of the running request. */
export const localized = (sentence: Text): Effect.Effect<string> => Effect.map(Locale, (language) => sentence[language])

const languages: ReadonlyArray<Language> = ["fr", "en"]

const named = ({ range }: QualityList.Preference, language: Language) =>
  range === language || range.startsWith(`${language}-`)

/**
 * Ranks a language by its preferences. A longer range counts for its language, as in the lookup of RFC 4647, 3.4:
 * `en-GB` accepts our English. A refused longer range does not count, as it names a variant that we do not have.
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
 * Chooses the language for an `Accept-Language` header (RFC 9110, 12.5.4): the one of higher quality. If neither is
 * wanted, the header counts only for its refusals. French is the answer to no header, `*` or languages that we lack.
 */
export const negotiate = (header: string | undefined): Language => {
  if (header === undefined) return "fr"
  const match = matchOf(QualityList.parse(header))
  return QualityList.best(languages, match) ?? languages.find((language) => match(language)?.quality !== 0) ?? "fr"
}
