import { expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const bundle = readFileSync(fileURLToPath(new URL("../../dist/main.js", import.meta.url)), "latin1")

it("the server's bundle is ASCII, as node keeps a text with any other character in two bytes for each", () => {
  // esbuild escapes texts, and keeps the comments of a class's members
  const others = bundle.split("\n").filter((line) => /[\u0080-\u00FF]/.test(line))
  expect(others).toEqual([])
})

it("the server's bundle runs no module late, as all that it shares with others would be compiled twice", () => {
  // esbuild's mark of a module that somebody imports by `import()`
  expect(bundle).not.toContain("__esm(")
})
