import { expect, it } from "@effect/vitest"
import { readdirSync } from "node:fs"
import { settings } from "../src/AppConfig.ts"

const folder = new URL("../src/settings/", import.meta.url)

it("every group of settings is part of the configuration, and no two share a key or variable", async () => {
  const files = readdirSync(folder).filter((name) => name.endsWith(".ts") && name !== "Setting.ts")
  const groups = await Promise.all(files.map(async (name) => {
    const module: Readonly<Record<string, object>> = await import(new URL(name, folder).href)
    return Object.values(module).flatMap((group) => Object.keys(group))
  }))
  const keys = groups.flat()
  expect(keys.toSorted()).toEqual(Object.keys(settings).toSorted())
  const all = Object.values(settings)
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
})
