// `npm run bench`: five routes on our server, on node:http alone and on Fastify, in one run; prints requests a second and the ratios.
// BENCH_SECONDS (default 4): how long each measurement takes. Everything is on 127.0.0.1 and stops by itself.
import { type Command, FileSystem, Path } from "@effect/platform"
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import autocannon from "autocannon"
import { Config, Console, Effect, Layer } from "effect"
import { AppConfig } from "../../src/AppConfig.ts"
import { UserId } from "../../src/domain/Ids.ts"
import { Cents } from "../../src/domain/Money.ts"
import { Database } from "../../src/platform/sql/Database.ts"
import * as SqliteDatabase from "../../src/platform/sql/SqliteDatabase.ts"
import { LedgerRepo } from "../../src/transfers/LedgerRepo.ts"
import { Transfers } from "../../src/transfers/Transfers.ts"
import { Users } from "../../src/users/Users.ts"
import { UsersRepo } from "../../src/users/UsersRepo.ts"
import { barista, node, start } from "./serverProcess.ts"

const connections = 64
const people = 20

interface Route {
  readonly name: string
  readonly method: "GET" | "POST"
  readonly path: (count: number) => string
}

const routes: ReadonlyArray<Route> = [
  { name: "GET /health/live", method: "GET", path: () => "/health/live" },
  { name: "GET /users/", method: "GET", path: () => "/users/" },
  { name: "GET complete-profile", method: "GET", path: (n) => `/users/${1 + (n % people)}/complete-profile` },
  { name: "POST /users/", method: "POST", path: (n) => `/users/?name=Ann&email=bench${n}@example.com` },
  {
    name: "POST /transfer-money/",
    method: "POST",
    path: (n) => `/transfer-money/?from_user=${1 + (n % people)}&to_user=${1 + ((n + 7) % people)}&amount=0.01`
  }
]

/** A database of 20 users with 3 posts each, who follow one another and have money enough. */
const fill = Effect.gen(function*() {
  const users = yield* Users
  const transfers = yield* Transfers
  const { writer } = yield* Database
  for (let n = 1; n <= people; n++) {
    const id = UserId.make(n)
    yield* users.create({ name: `User ${n}`, email: `user${n}@example.com` })
    yield* Effect.replicateEffect(users.createPost(id, { title: "Title", content: "x".repeat(200) }), 3)
    yield* transfers.deposit(id, Cents.make(100_000_000))
  }
  yield* Effect.forEach(
    Array.from({ length: people - 1 }, (_, n) => n + 2),
    (n) => users.follow(UserId.make(1), UserId.make(n)),
    { concurrency: 1 }
  )
  // the file is copied next: nothing of it may still stand in the log
  yield* writer`PRAGMA wal_checkpoint(TRUNCATE)`
})

const template = (dataDir: string) =>
  fill.pipe(
    Effect.provide(
      Layer.mergeAll(Users.layer, Transfers.layer).pipe(
        Layer.provide(Users.directory),
        Layer.provide(Layer.merge(UsersRepo.layer, LedgerRepo.layer)),
        Layer.provideMerge(SqliteDatabase.layer),
        Layer.provide(AppConfig.layerWith({ dataDir }))
      )
    )
  )

interface Contender {
  readonly name: string
  readonly command: (folder: string) => Command.Command
}

const contenders: ReadonlyArray<Contender> = [
  { name: "barista", command: barista },
  { name: "node:http", command: (folder) => node("bench/raw", `${folder}/barista.sqlite`) },
  { name: "fastify", command: (folder) => node("bench/fastify", `${folder}/barista.sqlite`) }
]

/** Starts a server on its own copy of the database. */
const serve = Effect.fnUntraced(function*({ command, name }: Contender, filled: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "barista-bench-" })
  yield* fs.copyFile(path.join(filled, "barista.sqlite"), path.join(folder, "barista.sqlite"))
  const { port } = yield* start(command(folder))
  return { name, port }
})

let requests = 0

const measure = (port: number, route: Route, seconds: number) =>
  Effect.promise(() =>
    autocannon({
      url: `http://127.0.0.1:${port}`,
      connections,
      duration: seconds,
      requests: [{
        method: route.method,
        setupRequest: (request) => ({ ...request, path: route.path(requests++) })
      }]
    })
  )

const pad = (text: string, width: number) => text.padStart(width)

const bench = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const seconds = yield* Config.withDefault(Config.integer("BENCH_SECONDS"), 4)
  const filled = yield* fs.makeTempDirectoryScoped({ prefix: "barista-bench-" })
  yield* template(filled)
  const servers = yield* Effect.forEach(contenders, (contender) => serve(contender, filled), { concurrency: 1 })
  yield* Console.log(
    `${connections} connections, ${seconds} s each; requests a second, 99th percentile in ms, failed answers\n`
  )
  for (const route of routes) {
    const rates: Array<number> = []
    for (const { name, port } of servers) {
      yield* measure(port, route, 1)
      const { "2xx": good, errors, latency, non2xx, requests: { average } } = yield* measure(port, route, seconds)
      rates.push(average)
      yield* Console.log(
        `${route.name.padEnd(24)}${name.padEnd(12)}${pad(average.toFixed(0), 8)}/s  p99 ${
          pad(String(latency.p99), 4)
        } ms  ` +
          `${non2xx + errors} failed of ${good + non2xx + errors}`
      )
    }
    const [ours = 0, raw = 0, other = 0] = rates
    yield* Console.log(
      `${route.name.padEnd(24)}barista is ${(ours / raw).toFixed(2)} of node:http, ${
        (ours / other).toFixed(2)
      } of fastify\n`
    )
  }
})

NodeRuntime.runMain(Effect.provide(Effect.scoped(bench), NodeContext.layer))
