import { expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { settingsTable } from "../scripts/settings.ts"

it("the README lists every setting with its default", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
  expect(readme).toContain(settingsTable())
})
