import { readdirSync, readFileSync } from "node:fs"
import { defineConfig } from "vitest/config"

const files = readdirSync("test", { recursive: true, encoding: "utf8" }).map((name) => `test/${name}`)

/** Runs both adapters itself. */
const comparison = "test/http/Adapters.test.ts"

/** What asks the HTTP API, by one of these: all of it is run by each of the two adapters. */
const asking = /\/(TestServer|ask|app|loopbackApi|adapter|notes)\.ts"/
const http = files.filter((name) =>
  name.endsWith(".test.ts") && name !== comparison && asking.test(readFileSync(name, "utf8"))
)

export default defineConfig({
  test: {
    globalSetup: ["test/support/build.ts"],
    setupFiles: ["test/support/freshIt.ts"],
    pool: "forks",
    // a file's imports took twice the time of its tests: a process that keeps them takes half the time for the whole suite
    isolate: false,
    poolOptions: { forks: { minForks: 2, maxForks: 2 } },
    testTimeout: 20_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: "compiled", include: ["test/**/*.test.ts"], provide: { httpAdapter: "compiled" } }
      },
      {
        extends: true,
        test: { name: "platform", include: http, provide: { httpAdapter: "platform" } }
      }
    ]
  }
})
