import { describe, expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { codeCacheOf } from "../src/codeCache.ts"

const bundle = Buffer.from("one bundle")
const sealed = codeCacheOf(bundle).seal(Buffer.from("its code"))

describe("a code cache", () => {
  it("is taken for the bundle that it was made of", () => {
    expect(codeCacheOf(Buffer.from(bundle)).open(sealed)).toEqual(Buffer.from("its code"))
  })

  it("is not taken for another bundle, even of the same length", () => {
    expect(codeCacheOf(Buffer.from("two bundle")).open(sealed)).toBeUndefined()
  })

  it("is not taken where it is damaged, cut off or empty", () => {
    const damaged = Buffer.from(sealed)
    damaged.writeUInt8(0, damaged.length - 1)
    for (const file of [damaged, sealed.subarray(0, -1), sealed.subarray(0, 10), Buffer.alloc(0)]) {
      expect(codeCacheOf(bundle).open(file)).toBeUndefined()
    }
  })
})

describe("the server's bundle", () => {
  it("requires what it loads later: code out of a cache can import nothing", () => {
    const text = readFileSync("dist/main.cjs", "utf8")
    for (const later of ["swagger", "undici", "nodemailer"]) expect(text).toContain(`require("./${later}.cjs")`)
    expect(text).not.toMatch(/[^.\w]import\(/)
  })
})
