import { expect, it } from "@effect/vitest"
import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"

const folder = "dist/console"

/** Bytes that a browser downloads for a file. */
const sizeOf = (name: string): number => statSync(join(folder, `${name}.br`)).size

const scripts = readdirSync(folder).filter((name) => /\.(?:js|css)$/.test(name))

/** Adds a script, and those that it imports before it runs. */
const addWithImports = (name: string, known: Set<string>): Set<string> => {
  if (known.has(name)) return known
  known.add(name)
  const source = readFileSync(join(folder, name), "utf8")
  for (const [, imported = ""] of source.matchAll(/(?:import|from)"\.\/([\w-]+\.js)"/g)) addWithImports(imported, known)
  return known
}

const total = (names: ReadonlyArray<string>) => names.reduce((sum, name) => sum + sizeOf(name), 0)

it("the console takes less than 200 kB, and its first view a tenth of that", () => {
  const document = readFileSync(join(folder, "index.html"), "utf8")
  const first = new Set<string>()
  for (const [, name = ""] of document.matchAll(/\/console\/([\w.-]+)/g)) addWithImports(name, first)
  expect(first.size).toBeGreaterThan(2)
  expect(total([...first])).toBeLessThan(20_000)
  expect(total(scripts)).toBeLessThan(200_000)
})

it("Effect is loaded for an opened file alone", () => {
  const withEffect = scripts.filter((name) => readFileSync(join(folder, name), "utf8").includes("\"effect/"))
  expect(withEffect).toHaveLength(1)
})
