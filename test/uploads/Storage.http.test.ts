import { describe, expect, it } from "@effect/vitest"
import { Clock, Deferred, Effect, Exit, Layer, Option, Queue } from "effect"
import { readdir, readFile, rename, rm, truncate, utimes, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { sqliteFile } from "../../src/domain/DatabaseUrl.ts"
import { UploadsRepo } from "../../src/uploads/UploadsRepo.ts"
import { ask as askAt, file, form, multipart, upload } from "../platform/files/forms.ts"
import { connect } from "../support/connect.ts"
import { onDialect } from "../support/dialect.ts"
import { turn } from "../support/turn.ts"
import { empty, folder, get, list, running, start } from "./running.ts"

/** Tests of the store in a folder. Chunks in the database have tests of their own. */
const inFolder = onDialect({ sqlite: it.live, postgres: it.live.skip })

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

  inFolder(
    "survive a restart, which recovers or removes only the files that a crash left in transit",
    () =>
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
      }).pipe(Effect.scoped)
  )

  inFolder("stay untouched by a start with another database", () =>
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
      const other = Option.some(sqliteFile(join(dataDir, "barista.sqlite-other")))
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

  inFolder("are refused if the stored file has changed, and can be deleted", () =>
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
