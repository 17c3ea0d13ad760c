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
    // databases; *.browser.test.ts need a browser
    projects: [
      {
        extends: true,
        test: {
          name: "compiled",
          include: ["test/**/*.test.ts"],
          // several servers on one database take seconds to share their work
          exclude: ["test/**/*.browser.test.ts", "test/platform/jobs/nodes/*.test.ts", "test/scripts/nodes/*.test.ts"],
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
            "test/**/*.http.test.ts",
            "test/transfers/*.test.ts",
            "test/platform/jobs/{nodes,record}/*.test.ts",
            "test/platform/sql/postgres/*.test.ts",
            "test/scripts/nodes/*.test.ts"
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
