import { describe, expect, it } from "@effect/vitest"
import { existsSync } from "node:fs"
import { resolve } from "node:path"
import { workerFile } from "../../../src/platform/workers/entry.ts"

describe("workerFile", () => {
  it.each([
    "file:///srv/app/dist/main.js",
    "file:///srv/app/dist/demos/coffee.js",
    "file:///srv/app/dist/workers/BlockingLoop.js",
    "file:///srv/app/src/platform/workers/entry.ts"
  ])("finds the built thread from %s", (from) => {
    expect(workerFile("CpuPool", from)).toBe("/srv/app/dist/workers/CpuPool.js")
  })

  it("takes the nearest dist of several", () => {
    expect(workerFile("A", "file:///dist/app/dist/demos/x.js")).toBe("/dist/app/dist/workers/A.js")
  })

  it("looks beside a bundle that is not under dist", () => {
    expect(workerFile("A", "file:///opt/main.js")).toBe("/opt/workers/A.js")
  })

  it.each(["BlockingLoop", "CpuPool", "HttpGet"])("finds %s, which the build made", (name) => {
    expect(workerFile(name)).toBe(resolve(`dist/workers/${name}.js`))
    expect(existsSync(workerFile(name))).toBe(true)
  })
})
