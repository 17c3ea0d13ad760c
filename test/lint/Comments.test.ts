import { expect, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { commentsOf } from "./commentsOf.ts"

const root = resolve(import.meta.dirname, "../..")

/** The folders of all source files. */
const folders = ["src", "scripts", "test"]

const longestLine = 120
const mostWords = 30
const vagueOpening = /^(?:What|Of|None|That|Whoever|Whether|How|Where|Those|Who|Who's|And|But|Because|For)(?![\w'’])/

/** True for the first line comment of several that stand on lines of their own. */
const beginsGroup = (lineOf: string, lineBefore: string): boolean =>
  lineOf.trimStart().startsWith("//") && !lineBefore.trimStart().startsWith("//")

/** The first sentence of a doc comment, without the comment's own marks. */
const firstSentence = (comment: string): string =>
  (comment.replaceAll(/^\/\*\*|\*\/$|^\s*\* ?/gm, "").trim().split(/\n\s*\n|(?<=[.!?])\s/)[0] ?? "").trim()

const faultsOfSentence = (sentence: string): ReadonlyArray<string> => {
  const opening = vagueOpening.exec(sentence)?.[0]
  const words = sentence.split(/\s+/).length
  return [
    opening === undefined ? "" : `opens with "${opening}"`,
    words > mostWords ? `a first sentence of ${words} words` : ""
  ].filter((fault) => fault !== "")
}

const faultsOf = (source: string): ReadonlyArray<string> =>
  commentsOf(source).flatMap(({ start, text }) => {
    const line = source.slice(0, start).split("\n").length
    const lines = source.slice(0, start + text.length).split("\n").slice(line - 1)
    const tooLong = lines.flatMap(({ length }, index) =>
      length > longestLine ? [`${line + index}: ${length} columns`] : []
    )
    const before = source.slice(0, start).split("\n").at(-2) ?? ""
    const opening = beginsGroup(lines[0] ?? "", before)
      ? vagueOpening.exec(text.replace(/^\/\/ */, ""))?.[0]
      : undefined
    const faults = text.startsWith("/**")
      ? faultsOfSentence(firstSentence(text))
      : opening === undefined
      ? []
      : [`opens with "${opening}"`]
    return tooLong.concat(faults.map((fault) => `${line}: ${fault}`))
  })

const sources = (folder: string): ReadonlyArray<string> =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    // tests that another test makes of recordings, and removes
    .filter((name) => /\.(?:tsx?|mjs)$/.test(name) && !name.startsWith("kept-"))
    .map((name) => join(folder, name))

it("comments open with a noun or a verb, fit 120 columns, and begin with a short sentence", () => {
  const faults = folders.flatMap(sources).flatMap((file) =>
    faultsOf(readFileSync(join(root, file), "utf8")).map((fault) => `${file}:${fault}`)
  )
  expect(faults).toEqual([])
})

it("a comment that breaks a rule is named with its line, and text in strings is no comment", () => {
  const words = "one two three four five six seven eight nine ten ".repeat(3).trim()
  const source = [
    "const a = \"// What\" + `/** What ${`/** Of ${a}`} */` + \"\\\" // What\"",
    "const b = /[/*]\\/** What/.test(a) ? 4 / 2 : 6 / 3 // What",
    "/** What a sentence. */",
    "/**",
    " * Whoever reads this.",
    " */",
    "/** Whatever comes. A sentence. */",
    `/** ${words} more. */`,
    `/** ${words}. ${words} more. */`,
    `const c = {} // ${"x".repeat(120)}`,
    "/** For`ever` */",
    "// What a line.",
    "const d = 1",
    "  // A sentence about",
    "  // what follows.",
    "  // What follows."
  ].join("\n")
  expect(faultsOf(source)).toEqual([
    "3: opens with \"What\"",
    "4: opens with \"Whoever\"",
    "8: 159 columns",
    "8: a first sentence of 31 words",
    "9: 307 columns",
    "10: 136 columns",
    "11: opens with \"For\"",
    "12: opens with \"What\""
  ])
})
