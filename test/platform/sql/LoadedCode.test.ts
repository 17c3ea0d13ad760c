import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { send } from "../../support/send.ts"
import * as ServerProcess from "../../support/ServerProcess.ts"

/** V8's report of a process: its scripts, and how often each of their functions ran. */
interface Coverage {
  readonly result: ReadonlyArray<{
    readonly url: string
    readonly functions: ReadonlyArray<{
      readonly functionName: string
      readonly ranges: ReadonlyArray<{ readonly count: number }>
    }>
  }>
}

// tens of thousands of functions, which a schema would take long to check
const read = (text: string): Coverage => JSON.parse(text)

/** Files that only a server on PostgreSQL needs. The bundle names the function that loads a file after the file. */
const forPostgres =
  /^(src\/(platform\/sql\/postgres\/|chat\/Shared|platform\/jobs\/engine\/sharedEngine|platform\/files\/Chunk)|node_modules\/@effect\/cluster\/.*\/SqlRunnerStorage\.js)/

/** Runs the built server until it is asked to stop, and returns what it has loaded. */
const loaded = <E>(
  env: Readonly<Record<string, string>>,
  use: (server: ServerProcess.Server) => Effect.Effect<void, E>
) =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* fs.makeTempDirectoryScoped({ prefix: "barista-coverage-" })
    const server = yield* ServerProcess.server({ ...env, NODE_V8_COVERAGE: folder })
    yield* use(server)
    yield* server.ended
    // threads write reports of their own
    const reports = yield* Effect.forEach(yield* fs.readDirectory(folder), (name) =>
      Effect.map(fs.readFileString(`${folder}/${name}`), read))
    const scripts = reports.flatMap(({ result }) =>
      result
    )
    const files = scripts.filter(({ url }) => url.endsWith("/dist/main.js")).flatMap(({ functions }) => functions)
      .filter(({ functionName }) => forPostgres.test(functionName))
      .map(({ functionName, ranges }) => ({ file: functionName, runs: ranges[0]?.count ?? 0 }))
    return { files, driver: scripts.filter(({ url }) => /\/node_modules\/pg(-[a-z]+)?\//.test(url)).length }
  }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))

describe("the code for PostgreSQL", () => {
  it.live("is not loaded by a server on SQLite, nor by its jobs and queries", () =>
    Effect.gen(function*() {
      const { driver, files } = yield* loaded({ MAIL_DURATION: "0 seconds" }, (server) =>
        Effect.gen(function*() {
          const port = yield* ServerProcess.port(server)
          const ask = send(port)
          const answers = [
            yield* ask("POST", "/register-user/?email=a@example.com"),
            yield* ask("GET", "/users/?limit=1")
          ]
          expect(answers.map(({ status }) => status)).toEqual([202, 200])
          server.signal("SIGTERM")
        }))
      // the files are in the bundle
      expect(files.length).toBeGreaterThan(15)
      expect(files.filter(({ runs }) => runs > 0)).toEqual([])
      expect(driver).toBe(0)
    }))

  it.live("is loaded by a server that is told of a PostgreSQL database", () =>
    Effect.gen(function*() {
      // nothing listens on this port, so the start is refused
      const DATABASE_URL = "postgres://barista@127.0.0.1:1/barista"
      const { driver, files } = yield* loaded({ DATABASE_URL }, () => Effect.void)
      expect(files.filter(({ runs }) => runs > 0).length).toBeGreaterThan(10)
      expect(driver).toBeGreaterThan(0)
    }))
})
