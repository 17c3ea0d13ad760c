import { describe, expect, it } from "@effect/vitest"
import { Effect, Exit, FastCheck, Fiber, Queue } from "effect"
import { Readable } from "node:stream"
import { buffer } from "node:stream/consumers"
import { type IncomingFile, parse } from "../../../src/platform/files/FormParser.ts"
import type { Expected } from "../../../src/platform/files/FormRules.ts"
import { turns } from "../../support/turn.ts"
import { boundary, end, file, form } from "./forms.ts"

const kibibyte = 1024
const mebibyte = 1024 * kibibyte

const many: Expected = { field: "files", many: true, maxFiles: 3, maxFileBytes: 4 * mebibyte }
const one: Expected = { ...many, field: "file", many: false }

/** Repeats the chunk on demand, up to 256 MiB, and counts the bytes demanded. */
const endless = (first: Buffer, chunk: Buffer) => {
  const counter = { produced: 0 }
  const source = Readable.from(
    (function*() {
      yield first
      while (counter.produced < 256 * mebibyte) {
        counter.produced += chunk.length
        yield chunk
      }
    })(),
    { objectMode: false }
  )
  return { source, counter }
}

/** A part whose content is still to come. */
const opened = (field: string) => file("a.bin", "", field).subarray(0, -2)

describe("a source", () => {
  it.live("is read no further ahead of a slow consumer than its buffers hold", () =>
    Effect.gen(function*() {
      const { counter, source } = endless(opened("file"), Buffer.alloc(64 * kibibyte))
      const offered = yield* Queue.unbounded<IncomingFile>()
      const limits = { ...one, maxFileBytes: 1024 * mebibyte }
      yield* Effect.fork(parse(source, boundary, limits, (incoming) => void Queue.unsafeOffer(offered, incoming)))
      yield* Queue.take(offered)
      yield* turns(200)
      expect(counter.produced).toBeGreaterThan(mebibyte)
      expect(counter.produced).toBeLessThan(3 * mebibyte)
    }).pipe(Effect.scoped))

  it.live("is read no further ahead of consumers that are slow with many small files", () =>
    Effect.gen(function*() {
      const small = file("a.bin", Buffer.alloc(256 * kibibyte), "files")
      const { counter, source } = endless(Buffer.alloc(0), small)
      const offered: Array<IncomingFile> = []
      const limits = { ...many, maxFiles: 10_000 }
      yield* Effect.fork(parse(source, boundary, limits, (incoming) => void offered.push(incoming)))
      yield* turns(200)
      const before = counter.produced
      expect(before).toBeLessThan(3 * mebibyte)
      for (const { content } of offered) content.resume()
      yield* turns(200)
      expect(counter.produced).toBeGreaterThan(before)
      expect(counter.produced).toBeLessThan(6 * mebibyte)
    }).pipe(Effect.scoped))

  it.live("is refused at its first part without headers", () =>
    Effect.gen(function*() {
      const { counter, source } = endless(Buffer.from("preamble"), Buffer.from(`\r\n--${boundary}\r\n`.repeat(500)))
      expect(yield* Effect.flip(parse(source, boundary, one, () => undefined))).toMatchObject({ _tag: "InvalidInput" })
      expect(counter.produced).toBeLessThan(mebibyte)
    }))

  it.live("is refused when the parts around its files exceed the limit", () =>
    Effect.gen(function*() {
      const small = { ...one, maxFileBytes: mebibyte }
      for (const first of [Buffer.from("preamble"), form(file("a.txt", "hi"))]) {
        const { counter, source } = endless(first, Buffer.alloc(64 * kibibyte))
        const refused = yield* Effect.flip(parse(source, boundary, small, ({ content }) => void content.resume()))
        expect(refused).toMatchObject({ _tag: "PayloadTooLarge", limit: mebibyte })
        expect(counter.produced).toBeLessThan(2 * mebibyte)
      }
    }))
})

describe("a file", () => {
  it.live("does not end when its form breaks off", () =>
    Effect.gen(function*() {
      let received = 0
      let ended = false
      const source = Readable.from([opened("file"), Buffer.from("only the beginning")], { objectMode: false })
      const refused = yield* Effect.flip(parse(source, boundary, one, ({ content }) => {
        content.on("data", (chunk: Buffer) => {
          received += chunk.length
        })
        content.on("end", () => {
          ended = true
        })
      }))
      expect(refused).toMatchObject({ _tag: "InvalidInput" })
      yield* turns(200)
      expect(received).toBeGreaterThan(0)
      expect(ended).toBe(false)
    }))

  it.live("is too large even if its last bytes come while its consumer is full", () =>
    Effect.gen(function*() {
      const limits = { ...one, maxFileBytes: mebibyte + 5 * kibibyte }
      // the consumer's buffer is full, the rest waits in the parser, and the last boundary comes in a chunk of its own
      const chunks = [opened("file"), Buffer.alloc(mebibyte), Buffer.alloc(10 * kibibyte), Buffer.from("\r\n"), end]
      const source = Readable.from([...chunks.slice(0, 3), Buffer.concat(chunks.slice(3))], { objectMode: false })
      const offered = yield* Queue.unbounded<IncomingFile>()
      const parsing = yield* Effect.fork(
        parse(source, boundary, limits, (incoming) => void Queue.unsafeOffer(offered, incoming))
      )
      const { content } = yield* Queue.take(offered)
      yield* turns(200)
      content.resume()
      expect(yield* Effect.flip(Fiber.join(parsing))).toMatchObject({ _tag: "PayloadTooLarge" })
    }))

  it.live("is read whole even if its end comes with more bytes than the parser passes on at once", () =>
    Effect.gen(function*() {
      // in one chunk, with a consumer still full at the end, and with an epilogue
      const long = form(file("a.bin", Buffer.alloc(mebibyte + 100 * kibibyte, "a")))
      const cases = [
        [form(file("a.bin", Buffer.alloc(20 * kibibyte, "a")))],
        [long.subarray(0, -50 * kibibyte), long.subarray(-50 * kibibyte)],
        [
          long.subarray(0, -50 * kibibyte),
          long.subarray(-50 * kibibyte),
          Buffer.from("an epilogue"),
          Buffer.from("of two")
        ]
      ]
      for (const chunks of cases) {
        const source = Readable.from(chunks, { objectMode: false })
        const offered = yield* Queue.unbounded<IncomingFile>()
        const parsing = yield* Effect.fork(
          parse(source, boundary, one, (incoming) => void Queue.unsafeOffer(offered, incoming))
        )
        const { content } = yield* Queue.take(offered)
        yield* turns(200)
        expect((yield* Effect.promise(() => buffer(content))).every((byte) => byte === 97)).toBe(true)
        yield* Fiber.join(parsing)
      }
    }))
})

describe("any bytes", () => {
  const cut = (body: Buffer, sizes: ReadonlyArray<number>) => {
    const chunks: Array<Buffer> = []
    let done = 0
    for (const size of [...sizes, body.length]) {
      if (done < body.length) chunks.push(body.subarray(done, done + size))
      done += size
    }
    return chunks
  }

  const parseAll = (chunks: ReadonlyArray<Buffer>) =>
    Effect.gen(function*() {
      const contents: Array<Promise<Buffer>> = []
      const names: Array<string> = []
      const source = Readable.from(chunks.filter((chunk) => chunk.length > 0), { objectMode: false })
      yield* parse(source, boundary, many, (incoming) => {
        names.push(incoming.filename)
        contents.push(buffer(incoming.content))
      })
      return { names, contents: yield* Effect.promise(() => Promise.all(contents)) }
    })

  it.effect.prop(
    "are parsed the same however they are split",
    [FastCheck.array(FastCheck.integer({ min: 1, max: 40 }), { maxLength: 30 })],
    ([sizes]) =>
      Effect.gen(function*() {
        const contents = [`\r\n--${boundary.slice(0, 12)}`, "", "\r\r\n\r\n--"].map((content) => Buffer.from(content))
        const body = form(...contents.map((content, i) => file(`${i}`, content, "files")))
        expect(yield* parseAll(cut(body, sizes))).toEqual({ names: ["0", "1", "2"], contents })
      })
  )

  it.effect.prop(
    "are refused or accepted, but never crash or hang",
    [
      FastCheck.array(FastCheck.tuple(FastCheck.nat(), FastCheck.constantFrom(..."\r\n-:;=\"\\%*'\0z")), {
        maxLength: 8
      }),
      FastCheck.array(FastCheck.integer({ min: 1, max: 80 }), { maxLength: 10 })
    ],
    ([changes, sizes]) =>
      Effect.gen(function*() {
        const body = form(file("a", "first", "files"), file("b", "second", "files"))
        for (const [position, character] of changes) body[position % body.length] = character.charCodeAt(0)
        const exit = yield* Effect.exit(Effect.catchTag(parseAll(cut(body, sizes)), "InvalidInput", () => Effect.void))
        expect(Exit.isSuccess(exit)).toBe(true)
      }),
    { fastCheck: { numRuns: 200 } }
  )
})
