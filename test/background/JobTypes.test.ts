import { expect, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { JobKindName } from "../../src/background/JobTypes.ts"

const src = new URL("../../src/", import.meta.url)

it("the names by which jobs are listed are those of all types of jobs", () => {
  const names = readdirSync(src, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => readFileSync(new URL(file, src), "utf8").match(/(?<=Job\.type\(")[^"]+/g) ?? [])
  expect(names.toSorted()).toEqual([...JobKindName.literals].toSorted())
})
