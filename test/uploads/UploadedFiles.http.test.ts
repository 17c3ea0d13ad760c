import { OpenApi } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { ask as askAt, file, form, part, upload } from "../platform/files/forms.ts"
import { answered, api, get, running, sha256 } from "./running.ts"

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
