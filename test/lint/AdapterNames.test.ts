import { expect, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"

const root = resolve(import.meta.dirname, "../..")
const adapter = "test/support/adapter.ts"

/** Test files that reach the adapter under test and still run once, with the reason. */
const runOnce = {
  "test/platform/http/Adapters.test.ts": "starts a server of each adapter itself",
  "test/platform/http/Contract.test.ts": "compares the document with decoders that both adapters share",
  "test/platform/process/Start.test.ts": "is about what comes before a server listens",
  "test/platform/sql/postgres/CutOff.postgres.test.ts": "is about the server's contact with its database",
  "test/transfers/LedgerCheck.test.ts": "is about the database that a server finds at its start"
}

const sources = new Map(
  readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
    // not the tests that another test makes of recordings, and removes
    .filter((name) => name.endsWith(".ts") && !name.startsWith("kept-"))
    .map((name) => [`test/${name}`, readFileSync(join(root, "test", name), "utf8")])
)

const importsOf = (file: string): ReadonlyArray<string> =>
  [...(sources.get(file) ?? "").matchAll(/^(?:import|\}).* from "(\..*)"$/gm)].map(([, path = ""]) =>
    join(dirname(file), path)
  )

/** Tells whether a file imports the adapter under test, by itself or through files of the tests. */
const reaches = (file: string): boolean => file === adapter || importsOf(file).some(reaches)

const tests = [...sources.keys()].filter((file) => file.endsWith(".test.ts"))
const [twice, once] = [true, false].map((isHttp) => tests.filter((file) => file.endsWith(".http.test.ts") === isHttp))

it("a test file that reaches the adapter under test is named *.http.test.ts, so that both adapters run it", () => {
  expect(once?.filter(reaches).sort()).toEqual(Object.keys(runOnce))
})

it("no other file is named so, and run twice for nothing", () => {
  expect(twice?.filter((file) => !reaches(file))).toEqual([])
})
