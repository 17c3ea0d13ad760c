import { OpenApi } from "@effect/platform"
import { expect, it } from "@effect/vitest"
import SQLite from "better-sqlite3"
import { Effect } from "effect"
import { Api } from "../../../src/Api.ts"
import * as Hasty from "../../support/hasty.ts"
import { TestServer } from "../../support/TestServer.ts"

/** Operations whose upstream calls take seconds; the server stores nothing of them. */
const slow = /external|parallel|unreliable|with-timeout|safe/

/** Reads every row of the server's own tables; the engine's tables change without any request. */
const rows = (dataDir: string): Readonly<Record<string, ReadonlyArray<unknown>>> => {
  const database = new SQLite(`${dataDir}/barista.sqlite`, { readonly: true })
  const tables: ReadonlyArray<unknown> = database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'cluster%' ORDER BY name")
    .pluck()
    .all()
  const found = Object.fromEntries(
    tables.map((name) => [String(name), database.prepare(`SELECT * FROM "${String(name)}"`).all()])
  )
  database.close()
  return found
}

it.live("no GET and no HEAD changes anything, so a page that makes a browser send one gains nothing", () =>
  Effect.gen(function*() {
    const { dataDir, send } = yield* TestServer
    const paths = Object.entries(OpenApi.fromApi(Api).paths)
      .flatMap(([path, { get }]) => get === undefined || slow.test(path) ? [] : [path.replaceAll(/\{\w+\}/g, "1")])
    expect(paths.length).toBeGreaterThan(20)
    const before = rows(dataDir)
    for (const path of paths) {
      yield* send("GET", path)
      yield* send("HEAD", path)
    }
    expect(rows(dataDir)).toEqual(before)
  }).pipe(Effect.provide(TestServer.layer(Hasty.settings))))
