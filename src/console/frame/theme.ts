import { effect, signal } from "@preact/signals"
import { keep, kept, onKept } from "./kept.ts"

export type Theme = "light" | "dark"

const key = "theme"
const prefersDark = matchMedia("(prefers-color-scheme: dark)")
const system = (): Theme => prefersDark.matches ? "dark" : "light"
const chosen = (): Theme | undefined => {
  const text = kept(key)
  return text === "light" || text === "dark" ? text : undefined
}

/** The theme in force: the reader's choice, or else the system's, which it follows. */
export const theme = signal<Theme>(chosen() ?? system())

prefersDark.addEventListener("change", () => {
  theme.value = chosen() ?? system()
})

onKept(key, () => {
  theme.value = chosen() ?? system()
})

export const chooseTheme = (next: Theme): void => {
  keep(key, next)
  theme.value = next
}

effect(() => {
  document.documentElement.dataset["theme"] = theme.value
})
