import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { createRequire } from "node:module"
import { fileURLToPath } from "node:url"
import * as ServerProcess from "../support/ServerProcess.ts"

const dev = fileURLToPath(new URL("../../scripts/dev.mjs", import.meta.url))
const esbuild = createRequire(import.meta.url).resolve("esbuild")

/** Does the work of `npm run dev` with a program of a single file instead of the server. */
const script = `
  import { context } from ${JSON.stringify(esbuild)}
  import { develop } from ${JSON.stringify(dev)}
  const build = await context({
    entryPoints: ["src/main.js"], outfile: "dist/main.js", bundle: true, write: false, logLevel: "warning"
  })
  await develop({ folder: "src", build, command: ["node", "dist/main.js"] })
`

const program = (version: number) => `
  process.on("SIGTERM", () => { console.log("down ${version}"); process.exit(0) })
  process.on("SIGINT", () => undefined)
  setInterval(() => undefined, 1000)
  console.log("up ${version} of " + process.pid)
`

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

it.scopedLive("starts once, survives a syntax error, reloads once a change, and ends all that it started", () =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const cwd = yield* fs.makeTempDirectoryScoped({ prefix: "barista-dev-" })
    const write = (file: string, text: string) => fs.writeFileString(`${cwd}/src/${file}`, text)
    yield* fs.makeDirectory(`${cwd}/src`)
    yield* write("main.js", program(1))
    const dev = yield* ServerProcess.start("node", ["--input-type=module", "--eval", script], { cwd, detached: true })
    yield* dev.says(/up 1/)

    yield* write("main.js", "const = 1")
    yield* dev.says(/the build failed/)
    yield* write("main.js", program(2))
    yield* dev.says(/down 1[^]*up 2/)

    // a new folder, whose next change is watched too
    yield* fs.makeDirectory(`${cwd}/src/chapter`)
    yield* write("chapter/version.js", "export const version = 3")
    yield* write("main.js", `import { version } from "./chapter/version.js"\n${program(3)}`)
    yield* dev.says(/down 2[^]*up 3/)
    yield* write("chapter/version.js", "throw new Error(\"at the start\")")
    yield* dev.says(/the server has ended \(1\)/)
    yield* write("chapter/version.js", "export const version = 4")
    const [, pid] = yield* dev.says(/up 3 of (\d+)/)
    // the folder and its file may count as separate changes
    expect([...dev.said().matchAll(/up (\d)/g)].map(([, version]) => version).join("")).toMatch(/^12+33$/)

    expect(isAlive(Number(pid))).toBe(true)
    // as a terminal does at Ctrl-C, and then npm
    process.kill(-dev.pid, "SIGINT")
    dev.signal("SIGINT")
    expect(yield* dev.ended).toEqual({ code: 0, signal: null })
    expect(isAlive(Number(pid))).toBe(false)
  }).pipe(Effect.provide(NodeContext.layer)))
