import { expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { settingsPage } from "../../scripts/settings.ts"

it("the page of the settings lists each with its default", () => {
  expect(readFileSync(new URL("../../src/settings/README.md", import.meta.url), "utf8")).toBe(settingsPage())
})
