import { expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

it("the server's bundle is ASCII, as node keeps a text with any other character in two bytes for each", () => {
  const bundle = readFileSync(fileURLToPath(new URL("../../dist/main.js", import.meta.url)), "latin1")
  // esbuild escapes texts, and keeps the comments of a class's members
  const others = bundle.split("\n").filter((line) => /[\u0080-\u00FF]/.test(line))
  expect(others).toEqual([])
})
