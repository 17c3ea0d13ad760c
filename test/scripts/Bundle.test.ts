import { expect, it } from "@effect/vitest"
import { readFileSync, statSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { bundle } from "../../scripts/build.mjs"

const path = fileURLToPath(new URL("../../dist/main.js", import.meta.url))
const text = readFileSync(path, "latin1")

it("the server's bundle is ASCII, as node keeps a text with any other character in two bytes for each", () => {
  // esbuild escapes texts, and keeps the comments of a class's members
  const others = text.split("\n").filter((line) => /[\u0080-\u00FF]/.test(line))
  expect(others).toEqual([])
})

it("the server's bundle runs no module late, as all that it shares with others would be compiled twice", () => {
  // esbuild's mark of a module that somebody imports by `import()`
  expect(text).not.toContain("__esm(")
})

it("a build leaves a file alone that is the same, as a running program may load it", async () => {
  const written = statSync(path).mtimeMs
  await bundle(["main"])
  expect(statSync(path).mtimeMs).toBe(written)
})
