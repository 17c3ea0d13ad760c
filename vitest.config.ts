import { defineConfig } from "vitest/config"

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
    // what asks the HTTP API is named *.http.test.ts, and runs by each of the two adapters
    projects: [
      {
        extends: true,
        test: { name: "compiled", include: ["test/**/*.test.ts"], provide: { httpAdapter: "compiled" } }
      },
      {
        extends: true,
        test: { name: "platform", include: ["test/**/*.http.test.ts"], provide: { httpAdapter: "platform" } }
      }
    ]
  }
})
