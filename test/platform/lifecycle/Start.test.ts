import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Cause, ConfigProvider, Duration, Effect, Exit, Layer, Option } from "effect"
import { AppConfig, type Values } from "../../../src/AppConfig.ts"
import { Policies } from "../../../src/policy/Policies.ts"
import * as Server from "../../../src/Server.ts"
import { TestServer } from "../../support/TestServer.ts"

const folder = Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped({ prefix: "barista-" }))

const failure = (exit: Exit.Exit<unknown, unknown>): string =>
  Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "started"

/** Why the server does not start with these settings. */
const refusal = (overrides: Partial<Values>) =>
  Effect.gen(function*() {
    const dataDir = yield* folder
    const config = AppConfig.layerWith({ port: 0, dataDir, logLevel: "none", ...overrides })
    return failure(yield* Effect.exit(Effect.scoped(Layer.build(Layer.provide(Server.layer, config)))))
  })

describe("a start that cannot be", () => {
  it.scopedLive("names the setting and what would be right", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const dataDir = yield* folder
      yield* fs.writeFileString(`${dataDir}/file`, "no database, and no folder")
      expect(yield* refusal({ host: "0.0.0.0" })).toMatch(/HOST: "0\.0\.0\.0".*API_TOKENS/)
      expect(yield* refusal({ requestTimeout: Duration.seconds(1) })).toMatch(/HEADERS_TIMEOUT.*REQUEST_TIMEOUT/)
      expect(yield* refusal({ dataDir: `${dataDir}/file` })).toMatch(/DATA_DIR: .*file" is not a folder/)
      expect(yield* refusal({ databaseUrl: Option.some(`${dataDir}/file`) })).toMatch(/DATABASE_URL.*not a database/)
    }).pipe(Effect.provide(NodeContext.layer)))

  const read = (variables: Readonly<Record<string, string>>) =>
    Effect.map(
      Effect.exit(Effect.scoped(Layer.build(Layer.merge(AppConfig.layer, Policies.layer)))),
      failure
    ).pipe(Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(variables)))))

  it.effect("shows the wrong value, unless it may be a secret", () =>
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

describe("sample data", () => {
  it.scopedLive("fills only a database that has no users yet, and gives a real user no money", () =>
    Effect.gen(function*() {
      const databaseUrl = Option.some(`${yield* folder}/kept.sqlite`)
      const users = (overrides: Partial<Values>, before: Effect.Effect<unknown, Error, TestServer>) =>
        Effect.gen(function*() {
          const { client, send } = yield* TestServer
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
