import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/build.ts"],
    pool: "forks",
    // most of a file's time is its imports: two at once are twice as fast on two cores
    poolOptions: { forks: { minForks: 2, maxForks: 2 } },
    testTimeout: 20_000,
    hookTimeout: 60_000
  }
})
