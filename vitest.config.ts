import { readdirSync, readFileSync } from "node:fs"
import { defineConfig } from "vitest/config"

const files = readdirSync("test", { recursive: true, encoding: "utf8" }).map((name) => `test/${name}`)

/** Files that one adapter runs: the comparison runs both itself, and the others are about parts that both share. */
const once: ReadonlySet<string> = new Set([
  "test/http/Adapters.test.ts",
  "test/http/Contract.test.ts",
  "test/platform/backup/Backup.test.ts",
  "test/platform/lifecycle/Signals.test.ts",
  "test/platform/lifecycle/Start.test.ts",
  "test/platform/observability/LogReaders.test.ts",
  "test/transfers/LedgerCheck.test.ts"
])

/** What asks the HTTP API, by one of these: all of it is run by each of the two adapters. */
const asking = /\/(TestServer|ask|app|loopbackApi|adapter|notes)\.ts"/
const http = files.filter((name) =>
  name.endsWith(".test.ts") && !once.has(name) && asking.test(readFileSync(name, "utf8"))
)

export default defineConfig({
  test: {
    globalSetup: ["test/support/build.ts"],
    setupFiles: ["test/support/freshIt.ts"],
    pool: "forks",
    // a file's imports took twice the time of its tests: a process that keeps them takes half the time for the whole suite
    isolate: false,
    poolOptions: { forks: { minForks: 3, maxForks: 3 } },
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
