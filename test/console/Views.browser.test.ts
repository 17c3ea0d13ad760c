import { expect } from "vitest"
import { accessibilityFaults, test } from "./support/console.ts"

test.for(
  [
    ["live", "En direct"],
    ["jobs", "Tâches de fond"],
    ["chat", "Chat"],
    ["uploads", "Fichiers"],
    ["accounts", "Comptes"],
    ["outbox", "Boîte d'envoi"]
  ] as const
)("#/%s fits a phone, in French and in the dark", async ([view, title], { tested }) => {
  const page = await tested.open(`#/${view}`, {
    colorScheme: "dark",
    locale: "fr-FR",
    viewport: { width: 390, height: 844 }
  })
  await page.getByRole("heading", { name: title, level: 1 }).waitFor()
  await page.waitForLoadState("load")
  expect(await accessibilityFaults(page)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
})
