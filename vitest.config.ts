import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    globalSetup: ["test/support/build.ts", "test/support/postgresSetup.ts"],
    setupFiles: ["test/support/freshIt.ts"],
    pool: "forks",
    // processes keep their imports, which took twice the time of the tests; the whole suite takes half the time
    isolate: false,
    poolOptions: { forks: { minForks: 3, maxForks: 3 } },
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // tests of the HTTP API are named *.http.test.ts, and run with each of the two adapters and on each of the two
    // databases; *.postgres.test.ts need PostgreSQL, and *.browser.test.ts a browser
    projects: [
      {
        extends: true,
        test: {
          name: "compiled",
          include: ["test/**/*.test.ts"],
          exclude: ["test/**/*.{browser,postgres}.test.ts"],
          provide: { httpAdapter: "compiled", database: "sqlite" }
        }
      },
      {
        extends: true,
        test: {
          name: "platform",
          include: ["test/**/*.http.test.ts"],
          provide: { httpAdapter: "platform", database: "sqlite" }
        }
      },
      {
        extends: true,
        test: {
          name: "postgres",
          // each test makes a database, which a busy machine takes seconds for, and no test waits for a time
          testTimeout: 60_000,
          include: [
            "test/**/*.{http,postgres}.test.ts",
            "test/transfers/*.test.ts",
            "test/platform/jobs/record/*.test.ts"
          ],
          provide: { httpAdapter: "compiled", database: "postgres" }
        }
      },
      {
        extends: true,
        test: {
          name: "browser",
          // a browser on a busy machine is slow, and no test waits for a time
          testTimeout: 60_000,
          expect: { poll: { timeout: 30_000 } },
          include: ["test/console/**/*.browser.test.ts"],
          globalSetup: ["test/console/support/setup.ts"]
        }
      }
    ]
  }
})
