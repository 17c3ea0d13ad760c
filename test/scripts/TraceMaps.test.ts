import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { build } from "esbuild"
import { dirname } from "node:path"
import { traceMaps } from "../../scripts/build/traceMaps.mjs"
import * as ServerProcess from "../support/ServerProcess.ts"

/** A program whose own frames and those of a library it uses alternate in a stack. */
const files = {
  "node_modules/library/package.json": `{ "name": "library", "type": "module", "main": "index.js" }`,
  "node_modules/library/index.js": `

// two lines further than in the bundle
export const each = (values, f) => values.map((value) => f(value))
`,
  "src/deep.ts": `interface Removed {
  readonly from: "the bundle"
}

const numbers: ReadonlyArray<number> = [1, 2, 3]
export const thrown = (text: string): Removed => numbers
  .filter((value) => value > 0)
  .map((value) => {
    if (value === 2) {
      throw new Error(
        text
      )
    }
    return value
  }) && { from: "the bundle" }
`,
  "src/main.ts": `import { thrown } from "./deep.ts"
import { each } from "library"

const run = (text: string) =>
  each(
    [text],
    (value: string) => thrown(value)
  )

try {
  run("here")
} catch (error) {
  console.log(error.stack)
}
console.log("end")
`
}

interface Frame {
  readonly file: string
  readonly line: number
}

/** The frames of a printed stack, with files relative to a folder. */
const framesIn = (stack: string, folder: string): ReadonlyArray<Frame> =>
  [...stack.matchAll(/[( ](\/[^\s()]+):(\d+):\d+\)?$/gm)]
    .map(([, file = "", line]) => ({ file: file.replace(`${folder}/`, ""), line: Number(line) }))

/** Bundles the program in a folder, runs it, and returns its bundle and the frames that it printed. */
const ran = Effect.fnUntraced(function*(folder: string, name: string, plugins: Array<typeof traceMaps>) {
  const fs = yield* FileSystem.FileSystem
  const { outputFiles } = yield* Effect.promise(() =>
    build({
      entryPoints: { [name]: `${folder}/src/main.ts` },
      outdir: folder,
      bundle: true,
      platform: "node",
      sourcemap: true,
      write: false,
      plugins
    })
  )
  for (const { contents, path } of outputFiles) yield* fs.writeFile(path, contents)
  const program = yield* ServerProcess.start("node", ["--enable-source-maps", `${folder}/${name}.js`])
  yield* program.says(/end\n/)
  return { bundle: yield* fs.readFileString(`${folder}/${name}.js`), frames: framesIn(program.said(), folder) }
})

it.scopedLive("the bundles' maps give our frames their lines, and a library's no wrong source", () =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* fs.realPath(yield* fs.makeTempDirectoryScoped({ prefix: "barista-maps-" }))
    for (const [name, text] of Object.entries(files)) {
      yield* fs.makeDirectory(dirname(`${folder}/${name}`), { recursive: true })
      yield* fs.writeFileString(`${folder}/${name}`, text)
    }
    const full = yield* ran(folder, "full", [])
    expect(full.frames).toEqual([
      { file: "src/deep.ts", line: 10 },
      { file: "src/deep.ts", line: 8 },
      { file: "src/main.ts", line: 7 },
      { file: "node_modules/library/index.js", line: 4 },
      { file: "node_modules/library/index.js", line: 4 },
      { file: "src/main.ts", line: 5 },
      { file: "src/main.ts", line: 11 }
    ])
    const { bundle, frames } = yield* ran(folder, "reduced", [traceMaps])
    const line = bundle.split("\n").findIndex((text) => text.includes("each = (values")) + 1
    expect(frames).toEqual(
      full.frames.map((frame) => frame.file.startsWith("node_modules/") ? { file: "reduced.js", line } : frame)
    )
  }).pipe(Effect.provide(NodeContext.layer)))
