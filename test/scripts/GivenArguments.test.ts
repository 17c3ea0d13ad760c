import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import { givenArguments } from "../../scripts/command/givenArguments.ts"

const hasNpm = spawnSync("npm", ["--version"]).error === undefined

/** Prints its arguments and npm's form of the flag. */
const script = "process.stdout.write(JSON.stringify([process.argv.slice(1), process.env.npm_config_virtual ?? null]))"

describe("the arguments of a script", () => {
  it("are as given if npm took none", () => {
    expect(givenArguments(["timeout"], "virtual", {})).toEqual(["timeout"])
    expect(givenArguments(["timeout", "--virtual"], "virtual", {})).toEqual(["timeout", "--virtual"])
    expect(givenArguments(["timeout", "--virtual"], "virtual", { npm_config_virtual: "true" })).toEqual([
      "timeout",
      "--virtual"
    ])
  })

  it("include the flag that npm took, and the word taken with it", () => {
    expect(givenArguments(["timeout"], "virtual", { npm_config_virtual: "true" })).toEqual(["timeout", "--virtual"])
    expect(givenArguments([], "virtual", { npm_config_virtual: "timeout" })).toEqual(["--virtual", "timeout"])
  })

  it("include no flag that was switched off", () => {
    for (const value of ["", "false"]) {
      expect(givenArguments(["timeout"], "virtual", { npm_config_virtual: value })).toEqual(["timeout"])
    }
  })

  it.scopedLive.runIf(hasNpm)("are found where this machine's npm puts them", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const cwd = yield* fs.makeTempDirectoryScoped({ prefix: "barista-" })
      const scripts = { demo: `node -e '${script}'` }
      yield* fs.writeFileString(`${cwd}/package.json`, JSON.stringify({ name: "demo", version: "1.0.0", scripts }))
      for (const args of [["timeout", "--virtual"], ["--virtual", "timeout"], ["--", "timeout", "--virtual"]]) {
        const { stdout } = spawnSync("npm", ["run", "--silent", "demo", ...args], { cwd, encoding: "utf8" })
        const [given, swallowed] = JSON.parse(stdout)
        expect(givenArguments(given, "virtual", { npm_config_virtual: swallowed ?? undefined }).toSorted()).toEqual(
          ["--virtual", "timeout"]
        )
      }
    }).pipe(Effect.provide(NodeContext.layer)))
})
