import { expect, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { promisify } from "node:util"

const shell = (command: string) => promisify(execFile)("bash", ["-c", command])

it.each([["simulate", "--list"], ["demo", ""]])(
  "npm run %s %s ends without a trace of errors when its reader leaves",
  async (name, given) => {
    await shell(`node scripts/build.mjs ${name}`)
    // `true` reads nothing, so every line meets a closed pipe
    const { stderr } = await shell(`node dist/${name}.js ${given} | true`)
    expect(stderr).toBe("")
  },
  60_000
)
