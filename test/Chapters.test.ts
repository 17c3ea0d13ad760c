import { OpenApi } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { catalogue } from "../scripts/demos/stage/Catalogue.ts"
import { Api } from "../src/Api.ts"

const src = resolve(import.meta.dirname, "../src")
const read = (path: string) => readFileSync(join(src, path), "utf8")

const chapters = readdirSync(src).filter((name) => existsSync(join(src, name, "Api.ts")))
const pages = ["README.md", ...chapters.map((name) => `${name}/README.md`)]

/** Pages of decisions and of running the server. */
const others = ["policy", "metrics", ...readdirSync(join(src, "platform")).map((name) => `platform/${name}`)]
  .map((folder) => `${folder}/README.md`)
  .filter((page) => existsSync(join(src, page)))

/** Lists the links of a page to files, each with the heading that it names. */
const links = (page: string) =>
  [...read(page).matchAll(/\]\(([^)#:]*)(?:#([^)]*))?\)/g)].map(([, file = "", heading]) => ({
    file: file === "" ? join(src, page) : join(src, dirname(page), file),
    heading
  }))

/** Names a heading in a link, as common viewers of Markdown do. */
const anchor = (heading: string) =>
  heading.replace(/^#+\s+/, "").toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").trim().replaceAll(" ", "-")

const anchors = (file: string) => readFileSync(file, "utf8").split("\n").filter((line) => /^#+ /.test(line)).map(anchor)

describe("the pages of the chapters", () => {
  it.each(chapters)("%s has a page of one screen, which the map links to", (chapter) => {
    expect(read(`${chapter}/README.md`).split("\n").length).toBeLessThanOrEqual(45)
    expect(read("README.md")).toContain(`](${chapter}/README.md)`)
  })

  it.each([...pages, ...others])("%s has links that lead somewhere", (page) => {
    for (const { file, heading } of links(page)) {
      expect([file, existsSync(file)]).toEqual([file, true])
      if (heading !== undefined) expect([heading, anchors(file)]).toEqual([heading, expect.arrayContaining([heading])])
    }
  })

  it("name every operation of their contracts", () => {
    const text = pages.map(read).join("\n")
    const missing = Object.keys(OpenApi.fromApi(Api).paths).filter((path) =>
      !text.includes(path) && !text.includes(`${path}/`) && !text.includes(path.slice(path.lastIndexOf("/")))
    )
    expect(missing).toEqual([])
  })

  it("name every demo, and no other", () => {
    const names = catalogue.map(({ name }) => name)
    const map = read("README.md")
    expect(names.filter((name) => !map.includes(`\`${name}\``))).toEqual([])
    for (const page of pages) {
      const told = [...read(page).matchAll(/npm run demo -- (`?[\w-]+`?(?:, `[\w-]+`)*)/g)]
        .flatMap(([, list = ""]) => list.split(", ").map((name) => name.replaceAll("`", "")))
      expect([page, told.filter((name) => !names.includes(name))]).toEqual([page, []])
    }
  })
})
