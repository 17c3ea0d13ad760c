import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import { Cause, ConfigProvider, Duration, Effect, Exit, Layer, Option } from "effect"
import { AppConfig, type Values } from "../../../src/AppConfig.ts"
import { sqliteFile } from "../../../src/domain/DatabaseUrl.ts"
import { Policies } from "../../../src/policy/Policies.ts"
import * as Server from "../../../src/Server.ts"
import { send } from "../../support/send.ts"
import * as ServerProcess from "../../support/ServerProcess.ts"
import { TestServer } from "../../support/TestServer.ts"

const folder = Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped({ prefix: "barista-" }))

const failure = (exit: Exit.Exit<unknown, unknown>): string =>
  Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "started"

/** Returns the reason why the server does not start with these settings. */
const refusal = (overrides: Partial<Values>) =>
  Effect.gen(function*() {
    const dataDir = yield* folder
    const config = AppConfig.layerWith({ port: 0, dataDir, logLevel: "none", ...overrides })
    return failure(yield* Effect.exit(Effect.scoped(Layer.build(Layer.provide(Server.layer, config)))))
  })

describe("a failed start", () => {
  it.scopedLive("names the setting and the expected value", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const dataDir = yield* folder
      yield* fs.writeFileString(`${dataDir}/file`, "no database, and no folder")
      expect(yield* refusal({ host: "0.0.0.0" })).toMatch(/HOST: "0\.0\.0\.0".*API_TOKENS/)
      expect(yield* refusal({ requestTimeout: Duration.seconds(1) })).toMatch(/HEADERS_TIMEOUT.*REQUEST_TIMEOUT/)
      expect(yield* refusal({ dataDir: `${dataDir}/file` })).toMatch(/DATA_DIR: .*file" is not a folder/)
      expect(yield* refusal({ databaseUrl: Option.some(sqliteFile(`${dataDir}/file`)) })).toMatch(
        /DATABASE_URL.*not a database/
      )
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("names both versions if a newer build has migrated the database", () =>
    Effect.gen(function*() {
      const path = `${yield* folder}/newer.sqlite`
      const databaseUrl = Option.some(sqliteFile(path))
      yield* Effect.provide(TestServer, TestServer.layer({ databaseUrl }))
      const database = new Sqlite(path)
      database.exec("INSERT INTO effect_sql_migrations (migration_id, name) VALUES (999, 'later')")
      database.close()
      expect(yield* refusal({ databaseUrl })).toMatch(
        /DATABASE_URL, DATA_DIR: .* has migration 999, this build knows \d+/
      )
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("reports its findings, the full path of its data, and uploads without their file", () =>
    Effect.gen(function*() {
      const server = yield* ServerProcess.server()
      const port = yield* ServerProcess.port(server)
      const fs = yield* FileSystem.FileSystem
      const form = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nabc\r\n--b--\r\n"
      const headers = { "content-type": "multipart/form-data; boundary=b" }
      yield* send(port)("POST", "/upload-async/", { headers, body: form })
      server.signal("SIGTERM")
      yield* server.ended
      for (const name of yield* fs.readDirectory(`${server.dataDir}/uploads`)) {
        yield* fs.remove(`${server.dataDir}/uploads/${name}`)
      }
      const again = yield* ServerProcess.server({ DATA_DIR: server.dataDir })
      yield* again.says(/found 3 users with 150\.00€, \d+ unfinished and 0 failed jobs, 1 uploads/)
      yield* again.says(/at least 1 uploads have lost their file/)
      yield* again.says(new RegExp(`"data":"${server.dataDir}"`))
    }).pipe(Effect.provide(NodeContext.layer)))

  const read = (variables: Readonly<Record<string, string>>) =>
    Effect.map(
      Effect.exit(Effect.scoped(Layer.build(Layer.merge(AppConfig.layer, Policies.layer)))),
      failure
    ).pipe(Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(variables)))))

  it.effect("shows the bad value, unless it may be a secret", () =>
    Effect.gen(function*() {
      expect(yield* read({})).toBe("started")
      expect(yield* read({ PORT: "66000" })).toMatch(/PORT: "66000" is not a whole number from 0 to 65535/)
      expect(yield* read({ PORT: "x", LOG_LEVEL: "loud" })).toMatch(/PORT[^]*LOG_LEVEL/)
      expect(yield* read({ SHUTDOWN_TIMEOUT: "soon" })).toMatch(/SHUTDOWN_TIMEOUT: "soon" is not a duration from/)
      expect(yield* read({ MAIL_FROM: "Barista" })).toMatch(
        /MAIL_FROM: "Barista" is not an address, alone or as Name </
      )
      expect(yield* read({ POLICY_BATCH: "{}{" })).toMatch(/POLICY_BATCH/)
      for (const name of ["API_TOKENS", "DATABASE_URL", "UPSTREAM_URL", "SMTP_URL"]) {
        const said = yield* read({ [name]: "x://:secretpw" })
        expect(said).toMatch(name)
        expect(said).not.toMatch(/secretpw/)
      }
    }))
})

describe("a setting is read as a whole, or refused", () => {
  const read = (variable: string, value: string) =>
    Effect.map(Effect.exit(Effect.scoped(Layer.build(AppConfig.layer))), failure).pipe(
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map([[variable, value]])))
    )

  const token = "0123456789abcdef"
  const wrong: ReadonlyArray<readonly [variable: string, values: ReadonlyArray<string>]> = [
    ["DATABASE_URL", [
      "sqlite::memory:",
      "sqlite:",
      "sqlite: ",
      "sqlite:file:x?mode=memory",
      "sqlite://data.db",
      "sqlite:///data.db",
      "sqlite:data.db?mode=ro",
      "sqlite:folder/",
      "sqlite:.",
      "sqlite:folder/..",
      "data.db",
      "postgres://localhost",
      "postgres:///x",
      "postgres://localhost/x/y",
      "postgres://localhost:0/x",
      "postgres://user:geheim%zz@localhost/x",
      "mysql://user:geheim@localhost/x",
      ""
    ]],
    ["API_TOKENS", [
      "aaaa aaaa aaaa aaaa",
      "",
      ",",
      `${token},`,
      `${token},${token}`,
      "short",
      `${token}é`,
      `${token}"`,
      `"${token}"`,
      `=${token}`
    ]],
    ["ALLOWED_ORIGINS", [
      "",
      "*",
      "null",
      "app.example",
      "https://app.example/path",
      "https://app.example?x",
      "https://user@app.example",
      "https://app.example,https://APP.example:443",
      "ftp://app.example",
      "https://",
      "file:///x"
    ]],
    ["ALLOWED_HOSTS", [
      "",
      "*",
      "a.example:80",
      "http://a.example",
      "a.example/",
      "a b",
      "a.example,A.example.",
      "[::1]:80"
    ]],
    ["HOST", ["", "http://localhost", "localhost:3000", "[::1]", "127.999.1.1", "127.1", "1234", "a b", "-", "*"]],
    ["PORT", ["", "-1", "65536", "3e3", "3000.0", "0x10", "http"]],
    ["UPSTREAM_URL", [
      "",
      "localhost:8080",
      "ftp://x",
      "http://user@x",
      "http://:secret@x",
      "http://x/#fragment",
      "http://x/?query",
      "http://x:0"
    ]],
    ["SMTP_URL", ["smtp://x/path", "smtp://x?y", "smtp://user@x", "http://x", "smtp://x:0"]],
    ["SHUTDOWN_TIMEOUT", ["5", "5s", "-5 seconds", "5 parsecs", "", "Infinity", "1e3 seconds", "11 minutes", "PT5S"]],
    ["KEEP_ALIVE_TIMEOUT", ["0 seconds", "65"]],
    ["MAX_BUFFERED_BYTES", ["64MiB", "64 MiB", "1"]],
    ["MAX_CONNECTIONS", ["0", "1000001", "-1", ""]],
    ["JOBS_MAX_DELAYED", ["0", "half"]],
    ["LOG_LEVEL", ["", "INFO", "verbose"]]
  ]

  it.effect.each(wrong.flatMap(([variable, values]) => values.map((value) => [variable, value] as const)))(
    "%s=%s fails with one line that names the variable and the expected value",
    ([variable, value]) =>
      Effect.gen(function*() {
        const said = yield* read(variable, value)
        expect(said).toMatch(new RegExp(`${variable}: .* is not (an?|one of|sqlite:PATH) `))
        expect(said.split("\n").filter((line) => line.includes(" is not "))).toHaveLength(1)
      })
  )

  const right: ReadonlyArray<readonly [variable: string, value: string]> = [
    ["DATABASE_URL", "sqlite:/var/lib/barista/barista.sqlite"],
    ["DATABASE_URL", "sqlite:data dir/é.db"],
    ["API_TOKENS", `${token}, abcABC-._~+/xyz0=`],
    ["ALLOWED_ORIGINS", "https://app.example/, http://localhost:5173"],
    ["ALLOWED_HOSTS", "Barista.example, ::1, [fe80::1], 10.0.0.1, my_host"],
    ["HOST", "::1"],
    ["HOST", "LOCALHOST"],
    ["UPSTREAM_URL", "http://[::1]:8080/base"],
    ["SHUTDOWN_TIMEOUT", " 1.5 seconds "],
    ["SHUTDOWN_DELAY", "0 seconds"]
  ]

  it.effect.each(right)("%s=%s is accepted", ([variable, value]) =>
    Effect.gen(function*() {
      expect(yield* read(variable, value)).toBe("started")
    }))

  it.scopedLive("all contradictions between settings are reported", () =>
    Effect.gen(function*() {
      const said = yield* refusal({
        host: "0.0.0.0",
        requestTimeout: Duration.seconds(1),
        maxRequests: 10,
        maxRequestsPerClient: Option.some(11),
        chatMaxClients: 10,
        chatMaxSocketsPerClient: Option.some(11),
        jobsMaxUnfinished: 10,
        jobsMaxDelayed: Option.some(11),
        batchMaxWaiting: 10,
        batchMaxWaitingPerClient: Option.some(11),
        batchMaxItems: 20,
        batchMaxItemsStreamed: 15,
        maxBodyBytes: 200_000,
        maxBufferedBytes: 100_000
      })
      for (
        const name of [
          "HOST: ",
          "HEADERS_TIMEOUT: ",
          "MAX_REQUESTS_PER_CLIENT: 11 ",
          "CHAT_MAX_SOCKETS_PER_CLIENT: 11 ",
          "JOBS_MAX_DELAYED: 11 ",
          "BATCH_MAX_WAITING_PER_CLIENT: 11 ",
          "BATCH_MAX_ITEMS: 20 ",
          "BATCH_MAX_ITEMS_STREAMED: 15 ",
          "MAX_BODY_BYTES: 200000 "
        ]
      ) {
        expect(said).toContain(name)
      }
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("a database that cannot be opened is reported with its variable", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const dataDir = yield* folder
      yield* fs.writeFileString(`${dataDir}/file`, "no folder")
      const below = yield* refusal({ databaseUrl: Option.some(sqliteFile(`${dataDir}/file/x.sqlite`)) })
      expect(below).toMatch(/DATABASE_URL: ".*x\.sqlite" is not in a folder that can be written/)
      expect(yield* refusal({ databaseUrl: Option.some(sqliteFile(dataDir)) })).toMatch(
        /DATABASE_URL, DATA_DIR: .*cannot be used/
      )
    }).pipe(Effect.provide(NodeContext.layer)))
})

describe("sample data", () => {
  it.scopedLive("is added only to a database without users, and gives a real user no money", () =>
    Effect.gen(function*() {
      const databaseUrl = Option.some(sqliteFile(`${yield* folder}/kept.sqlite`))
      const users = (overrides: Partial<Values>, before: Effect.Effect<unknown, Error, TestServer>) =>
        Effect.gen(function*() {
          const { send } = yield* TestServer
          const client = yield* TestServer.client
          yield* before
          const list = yield* client.users.list({ urlParams: { limit: 10 } })
          return { names: list.map(({ name }) => name), account: (yield* send("GET", "/accounts/1")).text }
        }).pipe(Effect.provide(TestServer.layer({ databaseUrl, ...overrides })))
      const create = Effect.flatMap(TestServer, ({ send }) => send("POST", "/users/?name=Real&email=real@example.com"))
      const real = { names: ["Real"], account: expect.stringMatching(/"balance":"0.00"/) }
      expect(yield* users({ sampleData: "none" }, create)).toEqual(real)
      expect(yield* users({}, Effect.void)).toEqual(real)
    }).pipe(Effect.provide(NodeContext.layer)))
})
