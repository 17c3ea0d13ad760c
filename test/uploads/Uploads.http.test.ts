import { HttpApi, OpenApi } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Clock, Deferred, Duration, Effect, Exit, Layer, Logger, LogLevel, Option, Queue, type Scope } from "effect"
import { createHash } from "node:crypto"
import { mkdtemp, readdir, readFile, rename, rm, truncate, utimes, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { AppConfig, type Values } from "../../src/AppConfig.ts"
import { FileStore } from "../../src/platform/files/FileStore.ts"
import { Lifecycle } from "../../src/platform/lifecycle/Lifecycle.ts"
import type { Database } from "../../src/platform/sql/Database.ts"
import * as SqliteDatabase from "../../src/platform/sql/SqliteDatabase.ts"
import { BlockingLoop } from "../../src/platform/workers/blocking/BlockingLoop.ts"
import { UploadsApi } from "../../src/uploads/Api.ts"
import { handlers } from "../../src/uploads/Http.ts"
import { Uploads } from "../../src/uploads/Uploads.ts"
import { UploadsRepo } from "../../src/uploads/UploadsRepo.ts"
import { ask as askAt, file, form, multipart, part, upload } from "../platform/files/forms.ts"
import * as App from "../support/app.ts"
import { connect } from "../support/connect.ts"
import { serveApp } from "../support/loopback.ts"
import type { Sent } from "../support/send.ts"
import { turn } from "../support/turn.ts"

const api = HttpApi.make("test").add(UploadsApi)

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "barista-uploads-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true }))
)

const layerIn = (dataDir: string, overrides: Partial<Values>, repo: Layer.Layer<UploadsRepo, never, Database>) =>
  Uploads.layer.pipe(
    Layer.provide([repo, FileStore.layer({ dataDir, abandonedAfter: Duration.minutes(30) })]),
    Layer.provideMerge(SqliteDatabase.layer),
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
  /** Lists everything in the data folder except the database. */
  readonly onDisk: Effect.Effect<ReadonlyArray<string>>
}

/** Starts the chapter over real sockets, a real database and real files. */
const start = (
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
    const onDisk = Effect.map(
      Effect.promise(() => readdir(dataDir, { recursive: true })),
      (names) => names.filter((name) => !name.startsWith("barista.sqlite")).sort()
    )
    return { port, closed, exits, onDisk }
  }).pipe(Effect.orDie)

const running = (overrides: Partial<Values> = {}, repo?: Layer.Layer<UploadsRepo, never, Database>) =>
  Effect.flatMap(folder, (dataDir) => start(dataDir, overrides, repo))

const empty = ["tmp", "uploads"]
const get = (port: number, path: string, sent: Sent = {}) => askAt(port)("GET", path, sent)
const list = (port: number) => Effect.map(get(port, "/uploads"), ({ body }) => body)
const sha256 = (content: string | Buffer) => createHash("sha256").update(content).digest("hex")

const answered = (filename: string, content: string | Buffer) =>
  expect.objectContaining({
    filename,
    size: Buffer.byteLength(content),
    sha256: sha256(content),
    content_type: "text/plain",
    id: expect.any(Number),
    url: expect.stringMatching(/^\/uploads\/\d+$/),
    created_at: expect.stringMatching(/^\d{4}-.*Z$/)
  })

describe.each(["/upload-sync/", "/upload-async"])("POST %s", (path) => {
  it.live("keeps the file and answers its name and size", () =>
    Effect.gen(function*() {
      const { onDisk, port } = yield* running()
      const content = Buffer.alloc(3_000_000, "café ")
      const sent = yield* upload(port, form(file("cœur ☕.txt", content)), path)
      expect(sent).toMatchObject({ status: 200, body: answered("cœur ☕.txt", content) })
      const downloaded = yield* get(port, "/uploads/1")
      expect(sha256(downloaded.bytes)).toBe(sha256(content))
      expect(yield* onDisk).toHaveLength(3)
    }).pipe(Effect.scoped))

  it.live("never makes a path from a name", () =>
    Effect.gen(function*() {
      const { onDisk, port } = yield* running()
      const names = ["../../escaped.txt", "../barista.sqlite", "/etc/passwd", ".", "x/", "sub/dir.txt", "n".repeat(300)]
      for (const name of names) {
        expect(yield* upload(port, form(file(name, name)), path)).toMatchObject({
          status: 200,
          body: answered(name, name)
        })
      }
      for (const entry of (yield* onDisk).slice(2)) expect(entry).toMatch(/^uploads\/[0-9a-f-]{36}$/)
      expect(yield* list(port)).toEqual(names.map((name) => answered(name, name)))
    }).pipe(Effect.scoped))

  it.live("keeps two files of one name", () =>
    Effect.gen(function*() {
      const { port } = yield* running()
      yield* upload(port, form(file("same.txt", "first")), path)
      yield* upload(port, form(file("same.txt", "second")), path)
      expect((yield* get(port, "/uploads/1")).bytes.toString()).toBe("first")
      expect((yield* get(port, "/uploads/2")).bytes.toString()).toBe("second")
    }).pipe(Effect.scoped))

  it.live("leaves nothing of a refused upload", () =>
    Effect.gen(function*() {
      const { onDisk, port } = yield* running({ maxUploadBytes: 100_000 })
      const large = file("large.bin", Buffer.alloc(200_000))
      expect(yield* upload(port, form(large), path)).toMatchObject({ status: 413 })
      expect(yield* upload(port, large.subarray(0, 90_000), path)).toMatchObject({ status: 422 })
      expect(yield* upload(port, form(file("a", "x"), file("b", "x")), path)).toMatchObject({ status: 422 })
      const spoiled = form(
        file("a", "x"),
        part(["Content-Disposition: form-data; name=\"file\"; filename*=UTF-8''%ZZ"], "")
      )
      expect(yield* upload(port, spoiled, path)).toMatchObject({ status: 422 })
      expect(yield* onDisk).toEqual(empty)
      expect(yield* list(port)).toEqual([])
    }).pipe(Effect.scoped))

  it.live("leaves nothing of an upload that is aborted", () =>
    Effect.gen(function*() {
      const { exits, onDisk, port } = yield* running()
      const client = yield* connect(port)
      client.write(
        `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${multipart}\r\nContent-Length: 90000000\r\n\r\n`
      )
      client.write(file("half.bin", Buffer.alloc(2_000_000)).subarray(0, -2))
      // the temporary file exists, so the upload is in flight
      yield* Effect.repeat(Effect.zipRight(turn, onDisk), { until: (entries) => entries.length > 2 })
      client.leave()
      expect(Exit.isInterrupted(yield* Queue.take(exits))).toBe(true)
      expect(yield* onDisk).toEqual(empty)
      expect(yield* list(port)).toEqual([])
    }).pipe(Effect.scoped))
})

describe("POST /upload-sync/", () => {
  it.live("occupies no place on the sacrificial loop while its client sends", () =>
    Effect.gen(function*() {
      const { onDisk, port } = yield* running({ blockingQueue: 1 })
      const trickling = yield* Effect.replicateEffect(connect(port), 5)
      for (const client of trickling) {
        client.write(
          `POST /upload-sync HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${multipart}\r\nContent-Length: 900000\r\n\r\n`
        )
        client.write(file("slow.bin", Buffer.alloc(100)).subarray(0, -2))
      }
      yield* Effect.repeat(Effect.zipRight(turn, onDisk), { until: (entries) => entries.length >= 2 + 5 })
      expect(yield* upload(port, form(file("a", "through")), "/upload-sync")).toMatchObject({
        status: 200,
        body: answered("a", "through")
      })
    }).pipe(Effect.scoped))
})

describe("POST /upload-multiple/", () => {
  const files = (...names: ReadonlyArray<string>) => names.map((name) => file(name, `content of ${name}`, "files"))

  it.live("answers in the order sent, three of one name too", () =>
    Effect.gen(function*() {
      const { port } = yield* running()
      const names = ["b", "same", "a", "same", "same"]
      expect(yield* upload(port, form(...files(...names)), "/upload-multiple/")).toMatchObject({
        status: 200,
        body: { files: names.map((name) => answered(name, `content of ${name}`)) }
      })
      expect(yield* list(port)).toHaveLength(5)
    }).pipe(Effect.scoped))

  it.live("keeps none of its files if one fails", () =>
    Effect.gen(function*() {
      const { onDisk, port } = yield* running({ maxUploadFiles: 3, maxUploadBytes: 1_000_000 })
      const bodies = [
        form(...files("a", "b"), part(["Content-Disposition: form-data; name=\"files\""], "text")),
        form(...files("a", "b"), file("large", Buffer.alloc(1_000_001), "files")),
        form(...files("a", "b", "c", "d")),
        form(...files("a", "b", "c")).subarray(0, -20)
      ]
      const statuses = yield* Effect.forEach(bodies, (body) => upload(port, body, "/upload-multiple"), {
        concurrency: 1
      })
      expect(statuses.map(({ status }) => status)).toEqual([422, 413, 413, 422])
      expect(yield* onDisk).toEqual(empty)
      expect(yield* list(port)).toEqual([])
    }).pipe(Effect.scoped))
})

describe("the files and their rows", () => {
  const repoWith = (
    insert: (original: (typeof UploadsRepo.Service)["insert"]) => (typeof UploadsRepo.Service)["insert"]
  ) =>
    Layer.effect(UploadsRepo, Effect.map(UploadsRepo, (repo) => ({ ...repo, insert: insert(repo.insert) }))).pipe(
      Layer.provide(UploadsRepo.layer)
    )

  it.live("are dropped together if the row cannot be written", () =>
    Effect.gen(function*() {
      let inserts = 0
      const third = repoWith((insert) => (row) => ++inserts === 3 ? Effect.dieMessage("no third row") : insert(row))
      const { onDisk, port } = yield* running({}, third)
      const three = form(...["a", "b", "c"].map((name) => file(name, name, "files")))
      expect(yield* upload(port, three, "/upload-multiple/")).toMatchObject({ status: 500 })
      expect(yield* onDisk).toEqual(empty)
      expect(yield* list(port)).toEqual([])
    }).pipe(Effect.scoped))

  it.live("are kept or dropped together if the client leaves while the row is written", () =>
    Effect.gen(function*() {
      const inserting = yield* Deferred.make<void>()
      const go = yield* Deferred.make<void>()
      const slow = repoWith((insert) => (row) =>
        Deferred.succeed(inserting, undefined).pipe(Effect.zipRight(Deferred.await(go)), Effect.zipRight(insert(row)))
      )
      const { closed, exits, onDisk, port } = yield* running({}, slow)
      const body = form(file("a", "kept"))
      const client = yield* connect(port)
      client.write(
        `POST /upload-async HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${multipart}\r\nContent-Length: ${body.length}\r\n\r\n`
      )
      client.write(body)
      yield* Deferred.await(inserting)
      client.leave()
      yield* Queue.take(closed)
      yield* turn
      yield* Deferred.succeed(go, undefined)
      expect(Exit.isInterrupted(yield* Queue.take(exits))).toBe(true)
      expect((yield* onDisk).length).toBe(3)
      expect((yield* get(port, "/uploads/1")).bytes.toString()).toBe("kept")
    }).pipe(Effect.scoped))

  it.live("survive a restart, which recovers or removes only the files that a crash left in transit", () =>
    Effect.gen(function*() {
      const dataDir = yield* folder
      yield* Effect.scoped(Effect.gen(function*() {
        const { port } = yield* start(dataDir)
        yield* upload(port, form(file("a", "kept")), "/upload-async")
        yield* get(port, "/uploads")
      }))
      const before = (yield* Clock.currentTimeMillis) / 1000 - 3600
      const [stored = ""] = yield* Effect.promise(() => readdir(join(dataDir, "uploads")))
      yield* Effect.promise(async () => {
        await rename(join(dataDir, "uploads", stored), join(dataDir, "tmp", stored))
        for (const name of ["tmp/left-over", "uploads/another-database's"]) await writeFile(join(dataDir, name), "?")
        for (const name of [`tmp/${stored}`, "tmp/left-over", "uploads/another-database's"]) {
          await utimes(join(dataDir, name), before, before)
        }
      })
      const { onDisk, port } = yield* start(dataDir)
      expect(yield* onDisk).toEqual([
        "tmp",
        "uploads",
        ...[stored, "another-database's"].map((name) => `uploads/${name}`).sort()
      ])
      expect((yield* get(port, "/uploads/1")).bytes.toString()).toBe("kept")
    }).pipe(Effect.scoped))

  it.live("stay untouched by a start with another database", () =>
    Effect.gen(function*() {
      const dataDir = yield* folder
      yield* Effect.scoped(
        Effect.flatMap(start(dataDir), ({ port }) => upload(port, form(file("a", "kept")), "/upload-async"))
      )
      const before = (yield* Clock.currentTimeMillis) / 1000 - 100 * 86_400
      const mine = yield* Effect.promise(async () => {
        const names = await readdir(join(dataDir, "uploads"))
        for (const name of names) await utimes(join(dataDir, "uploads", name), before, before)
        return names
      })
      const other = Option.some(join(dataDir, "barista.sqlite-other"))
      yield* Effect.scoped(Effect.gen(function*() {
        const { onDisk, port } = yield* start(dataDir, { databaseUrl: other })
        expect(yield* list(port)).toEqual([])
        yield* upload(port, form(file("b", "other")), "/upload-async")
        expect(yield* onDisk).toHaveLength(2 + 2)
        expect(yield* askAt(port)("DELETE", "/uploads/1")).toMatchObject({ status: 204 })
        expect(yield* onDisk).toEqual([...empty, ...mine.map((name) => `uploads/${name}`)])
      }))
      const { port } = yield* start(dataDir)
      expect((yield* get(port, "/uploads/1")).bytes.toString()).toBe("kept")
    }).pipe(Effect.scoped))

  it.live("are refused if the stored file has changed, and can be deleted", () =>
    Effect.gen(function*() {
      const dataDir = yield* folder
      const { onDisk, port } = yield* start(dataDir)
      for (const name of ["short", "long", "gone"]) yield* upload(port, form(file(name, name)), "/upload-async")
      yield* Effect.promise(async () => {
        for (const name of await readdir(join(dataDir, "uploads"))) {
          const path = join(dataDir, "uploads", name)
          const content = await readFile(path, "utf8")
          if (content === "gone") await rm(path)
          else await truncate(path, content === "short" ? 2 : 7)
        }
      })
      for (const id of [1, 2, 3]) {
        for (const headers of [{}, { range: "bytes=0-0" }]) {
          expect(yield* get(port, `/uploads/${id}`, { headers })).toMatchObject({
            status: 500,
            headers: { "content-type": "application/problem+json" },
            body: { _tag: "UploadDamaged", id }
          })
        }
        expect(yield* askAt(port)("HEAD", `/uploads/${id}`)).toMatchObject({ status: 500 })
        expect(yield* askAt(port)("DELETE", `/uploads/${id}`)).toMatchObject({ status: 204 })
      }
      expect(yield* onDisk).toEqual(empty)
    }).pipe(Effect.scoped))
})

describe("GET and DELETE /uploads", () => {
  const html = part(
    [
      "Content-Disposition: form-data; name=\"file\"; filename=\"évil \\\"x\\\".html\"",
      "Content-Type: text/html; charset=utf-8"
    ],
    "0123456789"
  )
  const etag = `"${sha256("0123456789")}"`

  it.live("download an upload as an attachment of its own type", () =>
    Effect.gen(function*() {
      const { port } = yield* running()
      yield* upload(port, form(html), "/upload-async")
      const whole = yield* get(port, "/uploads/1/")
      expect(whole).toMatchObject({
        status: 200,
        headers: {
          "content-type": "text/html; charset=utf-8",
          "content-disposition": "attachment; filename=\"_vil _x_.html\"; filename*=UTF-8''%C3%A9vil%20%22x%22.html",
          "x-content-type-options": "nosniff",
          "content-length": "10",
          "accept-ranges": "bytes",
          etag
        }
      })
      expect(whole.bytes.toString()).toBe("0123456789")
      const head = yield* askAt(port)("HEAD", "/uploads/1", { headers: { range: "bytes=0-1" } })
      expect(head).toMatchObject({ status: 200, headers: { "content-length": "10", etag } })
      expect(head.bytes).toHaveLength(0)
    }).pipe(Effect.scoped))

  it.live("serve a media type that the document declares", () =>
    Effect.gen(function*() {
      const { port } = yield* running()
      yield* upload(port, form(html), "/upload-async")
      const { paths } = OpenApi.fromApi(api)
      for (const [status, headers] of [[200, {}], [206, { range: "bytes=0-1" }]] as const) {
        expect((yield* get(port, "/uploads/1", { headers })).headers["content-type"]).toBe("text/html; charset=utf-8")
        // any type, as uploads have their own; one type alone would be wrong for every other
        expect(Object.keys(paths["/uploads/{id}"]?.get?.responses[status]?.content ?? {})).toEqual(["*/*"])
      }
    }).pipe(Effect.scoped))

  it.live("answer ranges and conditions", () =>
    Effect.gen(function*() {
      const { port } = yield* running()
      yield* upload(port, form(html), "/upload-async")
      const ask = (headers: Record<string, string>) => get(port, "/uploads/1", { headers })
      const part = yield* ask({ range: "bytes=2-4" })
      expect(part).toMatchObject({
        status: 206,
        headers: { "content-range": "bytes 2-4/10", "content-length": "3", "x-content-type-options": "nosniff", etag }
      })
      expect(part.bytes.toString()).toBe("234")
      expect(yield* ask({ range: "bytes=10-" })).toMatchObject({
        status: 416,
        headers: { "content-range": "bytes */10", "content-type": "application/problem+json" }
      })
      expect(yield* ask({ "if-none-match": etag })).toMatchObject({ status: 304, headers: { etag } })
      expect(yield* ask({ range: "bytes=2-4", "if-range": "\"other\"" })).toMatchObject({ status: 200 })
      expect(yield* ask({ range: "bytes=2-4", "if-range": etag })).toMatchObject({ status: 206 })
    }).pipe(Effect.scoped))

  it.live("answer conditions on each method", () =>
    Effect.gen(function*() {
      const { port } = yield* running()
      yield* upload(port, form(html), "/upload-async")
      const ask = (method: string, headers: Record<string, string>) => askAt(port)(method, "/uploads/1", { headers })
      const { "last-modified": modified = "" } = (yield* ask("HEAD", {})).headers
      expect(modified).toMatch(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/)
      const earlier = "Sun, 06 Nov 1994 08:49:37 GMT"
      const failing: ReadonlyArray<Record<string, string>> = [
        { "if-match": "\"zz\"" },
        { "if-match": `W/${etag}` },
        { "if-unmodified-since": earlier }
      ]
      for (const headers of failing) {
        for (const method of ["GET", "HEAD", "DELETE"]) {
          expect(yield* ask(method, { range: "bytes=99-", ...headers })).toMatchObject({
            status: 412,
            headers: { etag }
          })
        }
      }
      expect(yield* ask("DELETE", failing[0] ?? {})).toMatchObject({ body: { _tag: "PreconditionFailed", etag } })
      for (const headers of [{ "if-none-match": "*" }, { "if-none-match": etag }]) {
        expect(yield* ask("DELETE", headers)).toMatchObject({ status: 412 })
        expect(yield* ask("GET", headers)).toMatchObject({ status: 304, headers: { etag, "last-modified": modified } })
      }
      expect(yield* ask("HEAD", { "if-modified-since": modified })).toMatchObject({ status: 304 })
      expect(yield* ask("GET", { range: "bytes=2-4", "if-range": modified })).toMatchObject({ status: 206 })
      expect(yield* ask("GET", { range: "bytes=2-4", "if-range": earlier })).toMatchObject({ status: 200 })
      // a condition counts only for an existing resource (13.2.1)
      expect(yield* askAt(port)("DELETE", "/uploads/2", { headers: { "if-match": "*" } })).toMatchObject({
        status: 404
      })
      expect(yield* ask("DELETE", { "if-match": `"zz", ${etag}`, "if-unmodified-since": earlier })).toMatchObject({
        status: 204
      })
    }).pipe(Effect.scoped))

  it.live("list a page at a time and delete", () =>
    Effect.gen(function*() {
      const { onDisk, port } = yield* running()
      for (const name of ["a", "b", "c"]) yield* upload(port, form(file(name, name)), "/upload-async")
      const first = yield* get(port, "/uploads?limit=2")
      expect(first).toMatchObject({
        status: 200,
        headers: { link: "</uploads?limit=2&after=2>; rel=\"next\"" },
        body: [answered("a", "a"), answered("b", "b")]
      })
      const second = yield* get(port, "/uploads?limit=2&after=2")
      expect(second.body).toEqual([answered("c", "c")])
      expect(second.headers["link"]).toBeUndefined()

      expect(yield* askAt(port)("DELETE", "/uploads/2")).toMatchObject({ status: 204 })
      expect(yield* onDisk).toHaveLength(4)
      for (const method of ["DELETE", "GET"]) {
        expect(yield* askAt(port)(method, "/uploads/2")).toMatchObject({ status: 404 })
      }
      expect(yield* get(port, "/uploads/none")).toMatchObject({ status: 422 })
      // ids are never reused, so that no link ever leads to another's file
      yield* askAt(port)("DELETE", "/uploads/3")
      expect(yield* upload(port, form(file("d", "d")), "/upload-async")).toMatchObject({ body: { id: 4 } })
    }).pipe(Effect.scoped))
})
