import { expect } from "vitest"
import { accessibilityFaults, test } from "./support/console.ts"

test.for(
  [
    ["lab", "Laboratoire"],
    ["timelines", "Chronologies"],
    ["live", "En direct"],
    ["jobs", "Tâches de fond"],
    ["nodes", "Serveurs"],
    ["chat", "Chat"],
    ["uploads", "Fichiers"],
    ["accounts", "Comptes"],
    ["outbox", "Boîte d'envoi"]
  ] as const
)("#/%s fits a phone, in French and in the dark", async ([view, title], { tested }) => {
  // lists of recordings have a long name in them
  await fetch(`${tested.origin}/users/1/complete-profile`, {
    headers: { traceparent: "00-71e3f0a171e3f0a171e3f0a171e3f0a1-b7ad6b7169203331-01" }
  })
  const page = await tested.open(`#/${view}`, {
    colorScheme: "dark",
    locale: "fr-FR",
    viewport: { width: 390, height: 844 }
  })
  await page.getByRole("heading", { name: title, level: 1 }).waitFor()
  await expect.poll(() => page.getByText("Chargement…").count()).toBe(0)
  expect(await accessibilityFaults(page)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
})
