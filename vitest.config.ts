import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/build.ts"],
    setupFiles: ["test/support/freshIt.ts"],
    pool: "forks",
    // a file's imports took twice the time of its tests: a process that keeps them takes half the time for the whole suite
    isolate: false,
    poolOptions: { forks: { minForks: 2, maxForks: 2 } },
    testTimeout: 20_000,
    hookTimeout: 60_000
  }
})
