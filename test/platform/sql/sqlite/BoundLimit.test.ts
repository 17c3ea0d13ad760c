import { describe, expect, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"

/** Each limit that a query in `src` binds as a parameter, with the text after it and its file. */
const boundLimits = () =>
  readdirSync("src", { recursive: true }).map(String).filter((file) => file.endsWith(".ts")).flatMap((file) =>
    [...readFileSync(`src/${file}`, "utf8").matchAll(/\bLIMIT \$\{[^}]*\}(?<after>.{0,4})/g)].map((found) => ({
      file,
      after: found.groups?.["after"] ?? ""
    }))
  )

describe("a bound limit", () => {
  it("is followed by `+ 0` in every query, so that SQLite plans the query once", () => {
    const limits = boundLimits()
    expect(limits.filter(({ after }) => after !== " + 0")).toEqual([])
    expect(new Set(limits.map(({ file }) => file))).toContain("users/UsersRepo.ts")
  })
})
