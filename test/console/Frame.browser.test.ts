import { expect } from "vitest"
import { accessibilityFaults, test } from "./support/console.ts"

test("shows the first view, in the browser's language, without a fault in either theme", async ({ tested }) => {
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await tested.open("", { colorScheme })
    await page.getByRole("heading", { level: 1 }).waitFor()
    expect(await page.getAttribute("html", "data-theme")).toBe(colorScheme)
    expect(await page.getAttribute("html", "lang")).toBe("en")
    expect(await accessibilityFaults(page)).toEqual([])
  }
  const french = await tested.open("#/timelines", { locale: "fr-CA" })
  expect(await french.getByRole("heading", { level: 1 }).textContent()).toBe("Chronologies")
})

test("keeps the reader's choice of language and theme", async ({ tested }) => {
  const page = await tested.open("#/timelines", { colorScheme: "light" })
  await page.getByRole("button", { name: "Français" }).click()
  await page.getByRole("button", { name: "Thème sombre" }).click()
  await page.reload()
  await page.getByRole("heading", { name: "Chronologies" }).waitFor()
  expect(await page.evaluate(() => document.documentElement.dataset["theme"])).toBe("dark")
})

test("another tab follows the reader's choice of language and theme", async ({ tested }) => {
  const page = await tested.open("#/timelines", { colorScheme: "light" })
  const other = await page.context().newPage()
  await other.goto(`${tested.origin}/#/outbox`)
  await other.getByRole("heading", { name: "Outbox" }).waitFor()
  await page.getByRole("button", { name: "Français" }).click()
  await page.getByRole("button", { name: "Thème sombre" }).click()
  await other.getByRole("heading", { name: "Boîte d'envoi" }).waitFor()
  await other.waitForFunction(() => document.documentElement.dataset["theme"] === "dark")
})

test("leads the keyboard past the navigation", async ({ tested }) => {
  const page = await tested.open("#/timelines")
  await page.getByRole("heading", { level: 1 }).waitFor()
  await page.keyboard.press("Tab")
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to the content")
  await page.keyboard.press("Enter")
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("MAIN")
})
