import { Context, Effect } from "effect"

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

interface Preference {
  readonly tag: string
  readonly quality: number
}

const preferences = (header: string): ReadonlyArray<Preference> =>
  header.split(",").flatMap((item) => {
    const [tag = "", ...parameters] = item.split(";").map((part) => part.trim().toLowerCase())
    const weight = parameters.find((parameter) => parameter.startsWith("q="))
    const quality = weight === undefined ? 1 : Number(weight.slice(2))
    return tag === "" || !(quality > 0) ? [] : [{ tag, quality }]
  })

const isLanguage = (tag: string): tag is Language => tag === "fr" || tag === "en"

/**
 * The language asked for by an `Accept-Language` header (RFC 9110, 12.5.4): of the two we have, the one with the highest
 * quality; French for no header, `*`, or languages we lack.
 */
export const negotiate = (header: string | undefined): Language => {
  if (header === undefined) return "fr"
  let best: { readonly language: Language; readonly quality: number } | undefined
  for (const { quality, tag } of preferences(header)) {
    const language = tag === "*" ? "fr" : tag.split("-")[0] ?? ""
    if (isLanguage(language) && (best === undefined || quality > best.quality)) {
      best = { language, quality }
    }
  }
  return best?.language ?? "fr"
}
