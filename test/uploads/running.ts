import { HttpApi } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { expect } from "@effect/vitest"
import { Context, Duration, Effect, type Exit, Layer, Logger, LogLevel, Queue, type Scope } from "effect"
import { createHash } from "node:crypto"
import { mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { AppConfig, type Values } from "../../src/AppConfig.ts"
import * as ChunkStore from "../../src/platform/files/ChunkStore.ts"
import { FileStore } from "../../src/platform/files/FileStore.ts"
import { Lifecycle } from "../../src/platform/lifecycle/Lifecycle.ts"
import { Database } from "../../src/platform/sql/Database.ts"
import * as SqliteDatabase from "../../src/platform/sql/sqlite/SqliteDatabase.ts"
import { BlockingLoop } from "../../src/platform/workers/blocking/BlockingLoop.ts"
import { UploadsApi } from "../../src/uploads/Api.ts"
import { handlers } from "../../src/uploads/Http.ts"
import { Uploads } from "../../src/uploads/Uploads.ts"
import { UploadsRepo } from "../../src/uploads/UploadsRepo.ts"
import { ask as askAt } from "../platform/files/forms.ts"
import * as App from "../support/app.ts"
import { onDialect } from "../support/dialect.ts"
import { serveApp } from "../support/loopback.ts"
import * as Postgres from "../support/postgres.ts"
import type { Sent } from "../support/send.ts"

export const api = HttpApi.make("test").add(UploadsApi)

export const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "barista-uploads-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true }))
)

const store = onDialect({ sqlite: FileStore.layer, postgres: ChunkStore.layer })

const layerIn = (dataDir: string, overrides: Partial<Values>, repo: Layer.Layer<UploadsRepo, never, Database>) =>
  Uploads.layer.pipe(
    Layer.provide([repo, store({ dataDir, abandonedAfter: Duration.minutes(30) })]),
    Layer.provideMerge(onDialect({ sqlite: SqliteDatabase.layer, postgres: Postgres.layer })),
    Layer.provideMerge(Lifecycle.layer),
    Layer.provide(BlockingLoop.layer),
    Layer.provideMerge(AppConfig.layerWith({ dataDir, logLevel: "none", ...overrides })),
    Layer.provide(NodeContext.layer),
    Layer.provide(Logger.minimumLogLevel(LogLevel.None))
  )

interface Running {
  readonly port: number
  /** Gets each connection that the server has seen closed. */
  readonly closed: Queue.Dequeue<void>
  /** Gets the exit of each request, in order. */
  readonly exits: Queue.Dequeue<Exit.Exit<unknown, unknown>>
  /** Lists everything in the data folder except the database, and the files that PostgreSQL has. */
  readonly onDisk: Effect.Effect<ReadonlyArray<string>>
}

/** Starts the chapter over real sockets, a real database and real files. */
export const start = (
  dataDir: string,
  overrides: Partial<Values> = {},
  repo: Layer.Layer<UploadsRepo, never, Database> = UploadsRepo.layer
): Effect.Effect<Running, never, Scope.Scope> =>
  Effect.gen(function*() {
    const context = yield* Layer.build(layerIn(dataDir, overrides, repo))
    const exits = yield* Queue.unbounded<Exit.Exit<unknown, unknown>>()
    const app = yield* Effect.provide(
      Effect.flatMap(handlers, (uploads) => App.make(api, { uploads })),
      context
    )
    const { port, server } = yield* serveApp((request) =>
      app(request).pipe(
        Logger.withMinimumLogLevel(LogLevel.None),
        Effect.onExit((exit) => Queue.offer(exits, exit))
      )
    )
    const closed = yield* Queue.unbounded<void>()
    server.on("connection", (socket) => socket.once("close", () => Queue.unsafeOffer(closed, undefined)))
    const inFolder = Effect.map(
      Effect.promise(() => readdir(dataDir, { recursive: true })),
      (names) => names.filter((name) => !name.startsWith("barista.sqlite")).sort()
    )
    const { reader } = Context.get(context, Database)
    const inDatabase = Effect.map(
      Effect.orDie(reader<{ readonly stored_as: string }>`SELECT stored_as FROM files ORDER BY stored_as`),
      (rows) => ["uploads", ...rows.map(({ stored_as }) => `uploads/${stored_as}`)]
    )
    const onDisk = onDialect({
      sqlite: inFolder,
      postgres: Effect.zipWith(inFolder, inDatabase, (files, chunked) => [...files, ...chunked])
    })
    return { port, closed, exits, onDisk }
  }).pipe(Effect.orDie)

export const running = (overrides: Partial<Values> = {}, repo?: Layer.Layer<UploadsRepo, never, Database>) =>
  Effect.flatMap(folder, (dataDir) => start(dataDir, overrides, repo))

export const empty = ["tmp", "uploads"]
export const get = (port: number, path: string, sent: Sent = {}) => askAt(port)("GET", path, sent)
export const list = (port: number) => Effect.map(get(port, "/uploads"), ({ body }) => body)
export const sha256 = (content: string | Buffer) => createHash("sha256").update(content).digest("hex")

export const answered = (filename: string, content: string | Buffer) =>
  expect.objectContaining({
    filename,
    size: Buffer.byteLength(content),
    sha256: sha256(content),
    content_type: "text/plain",
    id: expect.any(Number),
    url: expect.stringMatching(/^\/uploads\/\d+$/),
    created_at: expect.stringMatching(/^\d{4}-.*Z$/)
  })
