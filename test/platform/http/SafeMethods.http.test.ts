import { OpenApi } from "@effect/platform"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Api } from "../../../src/Api.ts"
import { onDialect } from "../../support/dialect.ts"
import * as Hasty from "../../support/hasty.ts"
import { TestServer } from "../../support/TestServer.ts"

/** Operations whose upstream calls take seconds; the server stores nothing of them. */
const slow = /external|parallel|unreliable|with-timeout|safe/

/** Reads every row of the server's own tables; the engine's tables change without any request. */
const rows = Effect.gen(function*() {
  const { beside } = yield* TestServer
  const tables = yield* beside(onDialect({
    sqlite: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'cluster%' ORDER BY name",
    postgres:
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'cluster%' ORDER BY 1"
  }))
  expect(tables.length).toBeGreaterThan(10)
  return yield* Effect.forEach(
    tables,
    ({ name }) => Effect.map(beside(`SELECT * FROM "${String(name)}"`), (found) => [name, found]),
    { concurrency: 1 }
  )
})

it.live("no GET and no HEAD changes anything, so a page that makes a browser send one gains nothing", () =>
  Effect.gen(function*() {
    const { send } = yield* TestServer
    const paths = Object.entries(OpenApi.fromApi(Api).paths)
      .flatMap(([path, { get }]) => get === undefined || slow.test(path) ? [] : [path.replaceAll(/\{\w+\}/g, "1")])
    expect(paths.length).toBeGreaterThan(20)
    const before = yield* rows
    for (const path of paths) {
      yield* send("GET", path)
      yield* send("HEAD", path)
    }
    expect(yield* rows).toEqual(before)
  }).pipe(Effect.provide(TestServer.layer(Hasty.settings))))
