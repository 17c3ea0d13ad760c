import { defineConfig } from "vitest/config"

/** What asks the HTTP API; all of it is run by each of the two adapters. */
const http = [
  "test/http/*.test.ts",
  "test/*/Http.test.ts",
  "test/{background/Stop,comparison/Comparison,outbox/Outbox,outcomes/Outcomes,uploads/Uploads,users/Users}.test.ts",
  "test/platform/http/RequestRunner.test.ts",
  "test/platform/idempotency/IdempotencyKeys.test.ts"
]

/** Runs both adapters itself. */
const comparison = "test/http/Adapters.test.ts"

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
        test: { name: "platform", include: http, exclude: [comparison], provide: { httpAdapter: "platform" } }
      }
    ]
  }
})
