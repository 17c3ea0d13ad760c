import { HttpServerResponse } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Queue } from "effect"
import { createHash } from "node:crypto"
import { Agent } from "node:http"
import type { Socket } from "node:net"
import { buffer } from "node:stream/consumers"
import type { Problem } from "../../../src/domain/Problem.ts"
import type { IncomingFile } from "../../../src/platform/files/FormParser.ts"
import type { Expected } from "../../../src/platform/files/FormRules.ts"
import { read } from "../../../src/platform/files/MultipartReader.ts"
import { render } from "../../../src/platform/http/exchange/ProblemResponse.ts"
import { connect } from "../../support/connect.ts"
import { serveApp } from "../../support/loopback.ts"
import { ask, boundary, end, file, filePart, form, multipart, part, upload } from "./forms.ts"

const mebibyte = 1_048_576

const one: Expected = { field: "file", many: false, maxFiles: 3, maxFileBytes: 4 * mebibyte }
const many: Expected = { ...one, field: "files", many: true }

const digest = (content: Buffer) => createHash("sha256").update(content).digest("hex")

const summarize = ({ content, contentType, field, filename }: IncomingFile) =>
  Effect.map(Effect.promise(() => buffer(content)), (bytes) => ({
    field,
    filename,
    contentType,
    size: bytes.length,
    sha256: digest(bytes)
  }))

const answer = <A>(files: Effect.Effect<A, Problem>) =>
  Effect.map(files, (answered) => HttpServerResponse.unsafeJson(answered)).pipe(
    Effect.catchAll((error) => Effect.succeed(render(error, { language: "en", path: "/", traceId: "none" })))
  )

const reading = (expected: Expected = one) => serveApp((request) => answer(read(request, expected, summarize)))

const refused = (loc: ReadonlyArray<string>) =>
  expect.objectContaining({
    status: 422,
    body: expect.objectContaining({ errors: [expect.objectContaining({ loc })] })
  })

describe("names", () => {
  const names: ReadonlyArray<readonly [disposition: string, filename: string]> = [
    ["name=\"file\"; filename=\"cœur ☕.txt\"", "cœur ☕.txt"],
    ["name=\"file\"; filename*=UTF-8''c%C5%93ur%20%E2%98%95.txt", "cœur ☕.txt"],
    ["name=\"file\"; filename=\"coeur.txt\"; filename*=UTF-8''c%C5%93ur.txt", "cœur.txt"],
    ["name=\"file\"; filename*=iso-8859-1'fr'caf%E9.txt", "café.txt"],
    ["filename=plain.txt; name=file", "plain.txt"],
    ["name=\"file\"; filename=\"a \\\"quoted\\\" name.txt\"", "a \"quoted\" name.txt"],
    ["name=\"file\"; filename=\"back\\slash.txt\";", "back\\slash.txt"],
    ["name=\"file\"; filename=\"semi;colon=.txt\"", "semi;colon=.txt"],
    // only the encoding that browsers give to quotes
    ["name=\"file\"; filename=\"a %22quoted%22 100%.txt\"", "a \"quoted\" 100%.txt"],
    ["name=\"file\"; filename=\"a%0Ab%41.txt\"", "a%0Ab%41.txt"],
    ["name=\"file\"; filename*=UTF-8''%2522.txt", "%22.txt"],
    ...["../../escaped.txt", "../data.txt", "/etc/passwd", ".", "..", "x/", "sub/dir.txt", "n".repeat(300)].map(
      (name): readonly [string, string] => [`name="file"; filename="${name}"`, name]
    )
  ]

  it.live("come back unchanged", () =>
    Effect.gen(function*() {
      const { port } = yield* reading()
      for (const [disposition, filename] of names) {
        expect(yield* upload(port, form(filePart(disposition, "hi")))).toMatchObject({
          status: 200,
          body: [{ field: "file", filename, contentType: "text/plain", size: 2 }]
        })
      }
    }).pipe(Effect.scoped))

  const malformed: ReadonlyArray<string | Buffer> = [
    "form-data; name=\"file\"; filename*=UTF-8''%ZZ",
    "form-data; name=\"file\"; filename*=UTF-8''%FF",
    "form-data; name=\"file\"; filename*=UTF-8''%00",
    "form-data; name=\"file\"; filename*=UTF-8''line%0Abreak",
    "form-data; name=\"file\"; filename*=KOI8-R''%C1",
    "form-data; name=\"file\"; filename*=c%C5%93ur.txt",
    "form-data; name=\"file\"; filename=\"a\0b\"",
    "form-data; name=\"file\"; filename=\"\"",
    "form-data; name=\"file\"; filename=\"unterminated",
    "form-data; name=\"file\"; filename=a b.txt",
    "form-data; name=\"file\"; filename=\"a\"; filename=\"b\"",
    "form-data; filename=\"nameless.txt\"",
    "form-data",
    "attachment; name=\"file\"; filename=\"a.txt\"",
    `form-data; name="file"; filename="${"n".repeat(9000)}"`,
    Buffer.from("form-data; name=\"file\"; filename=\"caf\xe9.txt\"", "latin1"),
    "form-data; name=\"file\"; filename=\"carriage\rreturn\""
  ]

  it.live("are a 422 if malformed, and the server survives", () =>
    Effect.gen(function*() {
      const { port } = yield* reading()
      for (const disposition of malformed) {
        const body = form(
          Buffer.concat([
            Buffer.from(`--${boundary}\r\nContent-Disposition: `),
            Buffer.from(disposition),
            Buffer.from("\r\n\r\nhi\r\n")
          ])
        )
        expect(yield* upload(port, body), String(disposition)).toEqual(refused(["body", "file"]))
      }
      expect(yield* upload(port, form(file("fine.txt", "hi")))).toMatchObject({ status: 200 })
    }).pipe(Effect.scoped))
})

describe("forms", () => {
  it.live("answer their files in the order sent, two of one name and an empty one too", () =>
    Effect.gen(function*() {
      const { port } = yield* reading(many)
      const contents = [Buffer.from("one"), Buffer.alloc(3 * mebibyte, "\r\n--"), Buffer.alloc(0)]
      const body = form(...contents.map((content) => file("same.txt", content, "files")))
      expect((yield* upload(port, body)).body).toEqual(
        contents.map((content) => ({
          field: "files",
          filename: "same.txt",
          contentType: "text/plain",
          size: content.length,
          sha256: digest(content)
        }))
      )
    }).pipe(Effect.scoped))

  const text = (name: string, content: string) => part([`Content-Disposition: form-data; name="${name}"`], content)

  it.live("may have text in other fields, inputs left empty, and what RFC 2046 allows around their parts", () =>
    Effect.gen(function*() {
      const { port } = yield* reading()
      const fine = file("fine.txt", "hi")
      const padded = (padding: string, bytes: Buffer) =>
        Buffer.from(
          bytes.toString("latin1").replaceAll(/(--+FormBoundary[0-9A-Za-z]+(?:--)?)\r\n/g, `$1${padding}\r\n`),
          "latin1"
        )
      const folded = [
        "Content-Disposition: form-data;",
        "  name=\"file\";",
        "\tfilename=\"fine.txt\"",
        "Content-Type:text/plain"
      ]
      const bodies = {
        "a text before": form(text("note", "x"), fine),
        "a text behind": form(fine, text("note", "")),
        "a hundred": form(...Array.from({ length: 100 }, (_, i) => text(`note ${i}`, "x")), fine),
        "an input left empty": form(file("", ""), fine, file("", "", "other")),
        "white space behind boundaries": padded(" \t ", form(text("note", "x"), fine)),
        "a preamble and an epilogue": Buffer.concat([
          Buffer.from("This is\r\n--not\r\nit.\r\n"),
          form(fine),
          Buffer.from("\r\n--more")
        ]),
        "an empty line before": Buffer.concat([Buffer.from("\r\n"), form(fine)]),
        "no line break at the end": form(fine).subarray(0, -2),
        "folded headers": form(part(folded, "hi")),
        "codings that change nothing": form(
          part([...folded, "Content-Transfer-Encoding: Binary"], "hi"),
          part(["Content-Disposition: form-data; name=\"_charset_\"", "Content-Transfer-Encoding: base64"], "dXRmLTg=")
        )
      }
      for (const [what, body] of Object.entries(bodies)) {
        expect(yield* upload(port, body), what).toMatchObject({
          status: 200,
          body: [{ filename: "fine.txt", size: 2 }]
        })
      }
    }).pipe(Effect.scoped))

  it.live("name the field that exceeds a limit", () =>
    Effect.gen(function*() {
      const { port } = yield* reading()
      const fine = file("fine.txt", "hi")
      expect(yield* upload(port, form(file("a.txt", "hi", "fichier")))).toEqual(refused(["body", "fichier"]))
      expect(yield* upload(port, form(fine, file("b.txt", "hi", "b")))).toEqual(refused(["body", "b"]))
      expect(yield* upload(port, form(fine, text("note", "x".repeat(70_000))))).toMatchObject({
        status: 413,
        body: { what: "note", limit: 65_536 }
      })
      const many = Array.from({ length: 3_000 }, (_, i) => text(`note ${i}`, ""))
      expect(yield* upload(port, form(...many, fine))).toMatchObject({ status: 413 })
    }).pipe(Effect.scoped))

  it.live("that hold no expected file, or a malformed part, are a 422", () =>
    Effect.gen(function*() {
      const { port } = yield* reading()
      const fine = file("fine.txt", "hi")
      const disposition = ["Content-Disposition: form-data; name=\"file\"; filename=\"a\""]
      const bodies = {
        "text in the file field": form(part(["Content-Disposition: form-data; name=\"file\""], "text")),
        "two files": form(fine, fine),
        "no part": form(),
        "another field alone": form(text("note", "hi")),
        "an input that was left empty": form(file("", "")),
        "a file without a name": form(file("", "hi")),
        "base64": form(part([...disposition, "Content-Transfer-Encoding: base64"], "aGk=")),
        "quoted-printable": form(part([...disposition, "content-transfer-encoding: Quoted-Printable"], "h=69")),
        "more behind a boundary than white space": Buffer.concat([Buffer.from(`--${boundary} x\r\n`), fine, end]),
        "a part without headers": form(Buffer.from(`--${boundary}\r\n`), fine),
        "a last part without headers": Buffer.concat([fine, Buffer.from(`--${boundary}\r\n`), end]),
        "a part without disposition": form(part(["Content-Type: text/plain"], "hi")),
        "two dispositions": form(
          part([
            "Content-Disposition: form-data; name=\"file\"; filename=\"a\"",
            "Content-Disposition: form-data; name=\"file\""
          ], "hi")
        ),
        "two media types": form(part([...disposition, "Content-Type: text/plain", "Content-Type: text/html"], "hi")),
        "two codings": form(
          part([...disposition, "Content-Transfer-Encoding: binary", "Content-Transfer-Encoding: 7bit"], "hi")
        ),
        "a media type beyond the limit": form(part([...disposition, `Content-Type: a/${"b".repeat(254)}`], "hi")),
        "more headers than the limit": form(
          part([...Array.from({ length: 32 }, (_, index) => `X-${index}: x`), ...disposition], "hi")
        ),
        "a name beyond the limit": form(
          part([`Content-Disposition: form-data; name="file"; filename="${"a".repeat(8_192)}"`], "hi")
        ),
        "headers beyond the limit": form(
          part([`X-Junk: ${"x".repeat(20_000)}`, "Content-Disposition: form-data; name=\"file\"; filename=\"a\""], "hi")
        )
      }
      for (const [what, body] of Object.entries(bodies)) {
        expect(yield* upload(port, body), what).toEqual(refused(["body", "file"]))
      }
    }).pipe(Effect.scoped))

  it.live("that break off anywhere are a 422", () =>
    Effect.gen(function*() {
      const { port } = yield* reading()
      const body = form(file("fine.txt", "content"))
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      // the line break after the last boundary may be missing
      for (let length = 0; length < body.length - 2; length++) {
        const answered = yield* ask(port, agent)("POST", "/", {
          headers: { "content-type": multipart },
          body: body.subarray(0, length),
          chunked: true
        })
        expect(answered.status, `${length} bytes`).toBe(422)
      }
      agent.destroy()
    }).pipe(Effect.scoped))

  it.live("of another media type are a 415, and without a usable boundary a 422", () =>
    Effect.gen(function*() {
      const { port } = yield* reading()
      const post = (type: string | undefined) =>
        ask(port)("POST", "/", {
          headers: type === undefined ? {} : { "content-type": type },
          body: form(file("a.txt", "hi")),
          chunked: true
        })
      for (const type of [undefined, "text/plain", "application/json", "multipart/mixed; boundary=x", "nonsense"]) {
        expect(yield* post(type)).toMatchObject({ status: 415 })
      }
      for (
        const parameters of [
          "",
          "; boundary=",
          `; boundary=${"b".repeat(71)}`,
          "; boundary=\"open",
          "; boundary=\"a \""
        ]
      ) {
        expect(yield* post(`multipart/form-data${parameters}`)).toEqual(refused(["body"]))
      }
      expect(yield* post(`Multipart/Form-Data; charset=utf-8; Boundary="${boundary}"`)).toMatchObject({ status: 200 })
    }).pipe(Effect.scoped))
})

describe("limits", () => {
  it.live("admit a file of exactly the limit and answer 413 to one byte more", () =>
    Effect.gen(function*() {
      const { port } = yield* reading({ ...one, maxFileBytes: 100_000 })
      expect(yield* upload(port, form(file("fits.bin", Buffer.alloc(100_000))))).toMatchObject({
        status: 200,
        body: [{ size: 100_000 }]
      })
      expect(yield* upload(port, form(file("larger.bin", Buffer.alloc(100_001))))).toMatchObject({
        status: 413,
        body: { what: "file", limit: 100_000 }
      })
    }).pipe(Effect.scoped))

  it.live("refuse a body whose announced length is too large before it is read", () =>
    Effect.gen(function*() {
      const { port } = yield* reading({ ...one, maxFileBytes: 100_000 })
      // the client sends nothing of the body
      const { until, write } = yield* connect(port)
      write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${multipart}\r\nContent-Length: 200000\r\n\r\n`)
      expect(yield* until("\r\n")).toMatch(/^HTTP\/1.1 413 /)
    }).pipe(Effect.scoped))

  it.live("answer 413 to too many files", () =>
    Effect.gen(function*() {
      const { port } = yield* reading(many)
      const files = (count: number) => form(...Array.from({ length: count }, (_, i) => file(`${i}.txt`, "x", "files")))
      expect(yield* upload(port, files(3))).toMatchObject({ status: 200 })
      expect(yield* upload(port, files(4))).toMatchObject({ status: 413, body: { limit: 3 } })
      expect(yield* upload(port, files(20_000))).toMatchObject({ status: 413 })
    }).pipe(Effect.scoped))

  it.live("let a refused client read its answer, keep its connection if little was left to send, and cut it otherwise", () =>
    Effect.gen(function*() {
      const { port, server } = yield* reading({ ...one, maxFileBytes: 100_000 })
      const sockets = yield* Queue.unbounded<Socket>()
      server.on("connection", (socket) => Queue.unsafeOffer(sockets, socket))

      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      const post = (body: Buffer) =>
        ask(port, agent)("POST", "/", { headers: { "content-type": multipart }, body, chunked: true })
      expect(yield* post(form(file("a.bin", Buffer.alloc(2 * mebibyte))))).toMatchObject({ status: 413 })
      expect(yield* post(form(file("b.bin", "hi")))).toMatchObject({ status: 200 })
      agent.destroy()
      yield* Queue.take(sockets)

      const client = yield* connect(port)
      const chunk = Buffer.alloc(mebibyte)
      const pump = () => {
        while (!client.socket.destroyed && client.socket.write(chunk)) continue
      }
      client.socket.on("drain", pump)
      client.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${multipart}\r\nContent-Length: 1000000000000\r\n\r\n`)
      pump()
      const received = yield* client.closed
      expect(received).toMatch(/^HTTP\/1.1 413 /)
      const socket = yield* Queue.take(sockets)
      expect(socket.bytesRead).toBeGreaterThan(15 * mebibyte)
      expect(socket.bytesRead).toBeLessThan(18 * mebibyte)
    }).pipe(Effect.scoped))
})

describe("streaming", () => {
  it.live("passes two megabytes of carriage returns on in large pieces", () =>
    Effect.gen(function*() {
      let pieces = 0
      const { port } = yield* serveApp((request) =>
        answer(read(request, one, (incoming) => {
          incoming.content.on("data", () => {
            pieces++
          })
          return summarize(incoming)
        }))
      )
      const content = Buffer.alloc(2 * mebibyte, "\r")
      expect(yield* upload(port, form(file("returns.txt", content)))).toMatchObject({
        body: [{ size: content.length, sha256: digest(content) }]
      })
      expect(pieces).toBeLessThan(2000)
    }).pipe(Effect.scoped))

  it.live("interrupts the consumer of an upload whose client leaves", () =>
    Effect.gen(function*() {
      const started = yield* Deferred.make<void>()
      const interrupted = yield* Deferred.make<void>()
      const { port } = yield* serveApp((request) =>
        answer(read(request, one, () =>
          Effect.zipRight(Deferred.succeed(started, undefined), Effect.never).pipe(
            Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined))
          )))
      )
      const client = yield* connect(port)
      client.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${multipart}\r\nContent-Length: 100000\r\n\r\n`)
      client.write(file("half.bin", "only the beginning"))
      yield* Deferred.await(started)
      client.leave()
      yield* Deferred.await(interrupted)
    }).pipe(Effect.scoped))

  it.live("continues with the next file if a consumer reads nothing of one, and fails with a consumer's failure", () =>
    Effect.gen(function*() {
      const { port } = yield* serveApp((request) =>
        answer(
          read(request, many, ({ filename }) =>
            filename === "bad" ? Effect.dieMessage("a bad file") : Effect.succeed(filename))
        )
      )
      const large = Buffer.alloc(3 * mebibyte)
      const names = (...list: ReadonlyArray<string>) => form(...list.map((name) => file(name, large, "files")))
      expect(yield* upload(port, names("a", "b", "c"))).toMatchObject({ body: ["a", "b", "c"] })
      expect(yield* upload(port, names("a", "bad", "c"))).toMatchObject({ status: 500 })
    }).pipe(Effect.scoped))
})
