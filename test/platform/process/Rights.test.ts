import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import * as ServerProcess from "../../support/ServerProcess.ts"

const isRoot = process.getuid?.() === 0

/** Runs as a user bound by permissions; root loses its capabilities. */
const bound: ReadonlyArray<string> = isRoot
  ? ["setpriv", "--bounding-set", "-dac_override,-net_bind_service", "--"]
  : []

const canBind = !isRoot || spawnSync("setpriv", ["--version"]).error === undefined

const reservesPorts = () => {
  try {
    return Number(readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8")) > 1
  } catch {
    return false
  }
}

/** Returns all output of a program that ends with code 1. */
const complaint = (program: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) =>
  Effect.gen(function*() {
    const [command = "node", ...args] = [...bound, ...program]
    const started = yield* ServerProcess.start(command, args, { env })
    expect((yield* started.ended).code).toBe(1)
    return started.said()
  })

const folder = Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped({ prefix: "barista-" }))

const server = ["node", "dist/main.js"]

describe.runIf(canBind)("without the right to", () => {
  it.scopedLive("write the data folder or one in it, the start is refused in one line", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const sealed = yield* folder
      yield* fs.chmod(sealed, 0o555)
      const partly = yield* folder
      yield* fs.makeDirectory(`${partly}/uploads`, { mode: 0o555 })
      for (const dataDir of [sealed, `${sealed}/data`, partly]) {
        expect(yield* complaint(server, { DATA_DIR: dataDir, PORT: "0" })).toMatch(
          /^barista cannot start:\n {2}DATA_DIR: "[^\n]*" is not a folder that can be written \([^\n]*EACCES[^\n]*\)\n$/
        )
      }
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive.runIf(reservesPorts())(
    "listen on the port, the start is refused in one line",
    () =>
      Effect.gen(function*() {
        expect(yield* complaint(server, { DATA_DIR: yield* folder, PORT: "1" })).toMatch(
          /^barista cannot start:\n {2}HOST, PORT: listen EACCES[^\n]*; ports below 1024 [^\n]*\n$/
        )
      }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scopedLive("write the built files, `npm start` says in one line what to do", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const checkout = yield* folder
      yield* fs.makeDirectory(`${checkout}/scripts`)
      yield* fs.copy("scripts/build", `${checkout}/scripts/build`)
      yield* fs.copyFile("scripts/build.mjs", `${checkout}/scripts/build.mjs`)
      yield* fs.symlink(`${process.cwd()}/node_modules`, `${checkout}/node_modules`)
      yield* fs.makeDirectory(`${checkout}/dist`, { mode: 0o555 })
      expect(yield* complaint(["node", `${checkout}/scripts/build.mjs`, "main"])).toMatch(
        /^cannot build: EACCES[^\n]*\/dist'; run `npm run build` [^\n]*\n$/
      )
    }).pipe(Effect.provide(NodeContext.layer)))
})
