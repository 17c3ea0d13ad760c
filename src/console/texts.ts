import { effect, signal } from "@preact/signals"
import type { Language } from "../domain/Text.ts"
import { keep, kept, onKept } from "./frame/kept.ts"

export type { Language }

const key = "language"

const isLanguage = (text: string | null): text is Language => text === "fr" || text === "en"

/** The language of the console: the reader's choice, else the browser's, else French as the server's. */
const initial = (): Language => {
  const chosen = kept(key)
  if (isLanguage(chosen)) return chosen
  return navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? "fr"
}

export const language = signal<Language>(initial())

/** Chooses the text in the language of the console. A component that calls it is drawn again at another choice. */
export const say = (fr: string, en: string): string => language.value === "fr" ? fr : en

onKept(key, () => {
  language.value = initial()
})

export const choose = (chosen: Language): void => {
  keep(key, chosen)
  language.value = chosen
}

effect(() => {
  document.documentElement.lang = language.value
})
