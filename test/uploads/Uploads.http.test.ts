import { describe, expect, it } from "@effect/vitest"
import { Effect, Exit, Queue } from "effect"
import { file, form, multipart, part, upload } from "../platform/files/forms.ts"
import { connect } from "../support/connect.ts"
import { turn } from "../support/turn.ts"
import { answered, empty, get, list, running, sha256 } from "./running.ts"

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
