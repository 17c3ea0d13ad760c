import { describe, expect, it } from "@effect/vitest"
import { Clock, Deferred, Duration, Effect, Exit, Fiber, Layer, Scope } from "effect"
import { createHash, randomBytes } from "node:crypto"
import { mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Readable } from "node:stream"
import { buffer } from "node:stream/consumers"
import { AppConfig } from "../../../src/AppConfig.ts"
import { fromCause } from "../../../src/platform/files/fileCall.ts"
import { FileStore } from "../../../src/platform/files/FileStore.ts"
import type { ByteRange } from "../../../src/platform/files/ReadFile.ts"
import { BlockingLoop } from "../../../src/platform/workers/blocking/BlockingLoop.ts"

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "barista-files-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true }))
)

const storeIn = (dataDir: string) => {
  const store = FileStore.layer({ dataDir, abandonedAfter: Duration.minutes(30) })
  return store.pipe(Layer.provide(BlockingLoop.layer), Layer.provide(AppConfig.layerWith({})))
}

const list = (path: string) => Effect.promise(() => readdir(path))
const content = randomBytes(3_000_000)
const pieces = () =>
  Readable.from([content.subarray(0, 7), content.subarray(7, 2_000_000), content.subarray(2_000_000)])

/** Runs a test on a store in a folder of its own; `files` and `temporaries` list the files on disk. */
const withStore = <E>(
  test: (
    store: typeof FileStore.Service,
    dataDir: string,
    onDisk: { readonly files: Effect.Effect<Array<string>>; readonly temporaries: Effect.Effect<Array<string>> }
  ) => Effect.Effect<void, E, Scope.Scope>
) =>
  Effect.gen(function*() {
    const dataDir = yield* folder
    const onDisk = { files: list(join(dataDir, "uploads")), temporaries: list(join(dataDir, "tmp")) }
    yield* Effect.flatMap(FileStore, (store) => test(store, dataDir, onDisk)).pipe(Effect.provide(storeIn(dataDir)))
  }).pipe(Effect.scoped)

describe.each(["write", "writeBlocking"] as const)("%s", (method) => {
  it.live("writes a whole file under a random name, and returns its size and SHA-256", () =>
    withStore((store, dataDir, onDisk) =>
      Effect.gen(function*() {
        const [first, second] = yield* Effect.all([store[method](pieces()), store[method](pieces())], {
          concurrency: 2
        })
        expect(first).toEqual({
          storedAs: expect.stringMatching(/^[0-9a-f-]{36}$/),
          size: content.length,
          sha256: createHash("sha256").update(content).digest("hex")
        })
        expect(second.storedAs).not.toBe(first.storedAs)
        expect((yield* onDisk.temporaries).sort()).toEqual([first.storedAs, second.storedAs].sort())
        yield* store.keep([first.storedAs, second.storedAs])
        yield* store.keep([first.storedAs])
        expect((yield* onDisk.files).sort()).toEqual([first.storedAs, second.storedAs].sort())
        expect(yield* onDisk.temporaries).toEqual([])
        const bytes = yield* Effect.promise(() => readFile(join(dataDir, "uploads", first.storedAs)))
        expect(bytes.equals(content)).toBe(true)
      })
    ))

  it.live("writes an empty file for empty content", () =>
    withStore((store) =>
      Effect.gen(function*() {
        const written = yield* store[method](Readable.from([], { objectMode: false }))
        expect(written).toMatchObject({ size: 0, sha256: createHash("sha256").digest("hex") })
        const read = yield* store.open(written)
        expect(yield* Effect.promise(() => buffer(read()))).toHaveLength(0)
      })
    ))

  it.live("keeps a finished file only if its scope ends in success", () =>
    withStore((store, _, onDisk) =>
      Effect.gen(function*() {
        const kept = yield* Effect.scoped(store[method](pieces()))
        yield* Effect.exit(Effect.scoped(Effect.zipRight(store[method](pieces()), Effect.fail("later"))))
        const scope = yield* Scope.make()
        yield* Scope.extend(store[method](pieces()), scope)
        expect(yield* onDisk.temporaries).toHaveLength(2)
        yield* Scope.close(scope, Exit.interrupt(yield* Effect.fiberId))
        expect(yield* onDisk.temporaries).toEqual([kept.storedAs])
        expect(yield* onDisk.files).toEqual([])
      })
    ))

  it.live("leaves nothing of a file that is interrupted half-way", () =>
    withStore((store, _, onDisk) =>
      Effect.gen(function*() {
        const halfWay = yield* Deferred.make<void>()
        let asked = 0
        const endless = new Readable({
          read() {
            asked++
            if (asked < 40) this.push(Buffer.alloc(65_536))
            else Deferred.unsafeDone(halfWay, Exit.void)
          }
        })
        const writing = yield* Effect.fork(Effect.scoped(store[method](endless)))
        yield* Deferred.await(halfWay)
        expect(yield* onDisk.temporaries).toHaveLength(1)
        yield* Fiber.interrupt(writing)
        expect(yield* onDisk.temporaries).toEqual([])
        expect(yield* onDisk.files).toEqual([])
      })
    ))
})

describe("FileStore", () => {
  it.live("writes many chunks, and leaves the chunks unchanged", () =>
    withStore((store, dataDir) =>
      Effect.gen(function*() {
        const size = 65_536
        const chunks = Array.from({ length: 64 }, () => Buffer.alloc(size, randomBytes(size)))
        const whole = Buffer.concat(chunks)
        const { sha256, storedAs } = yield* store.write(Readable.from(chunks))
        expect(sha256).toBe(createHash("sha256").update(whole).digest("hex"))
        const bytes = yield* Effect.promise(() => readFile(join(dataDir, "tmp", storedAs)))
        expect(bytes.equals(whole)).toBe(true)
        expect(Buffer.concat(chunks).equals(whole)).toBe(true)
      })
    ))

  it.live("reads a file whole or in part, before and after the move to its place, and removes it", () =>
    withStore((store, _, onDisk) =>
      Effect.gen(function*() {
        const written = yield* store.write(pieces())
        const bytes = (range?: ByteRange) =>
          Effect.flatMap(store.open(written), (read) => Effect.promise(() => buffer(read(range))))
        expect((yield* bytes()).equals(content)).toBe(true)
        yield* store.keep([written.storedAs])
        expect((yield* bytes()).equals(content)).toBe(true)
        expect((yield* bytes({ start: 5, end: 9 })).equals(content.subarray(5, 10))).toBe(true)
        expect(yield* store.remove(written.storedAs, Effect.succeed("gone"))).toBe("gone")
        yield* store.remove(written.storedAs, Effect.void)
        expect([yield* onDisk.files, yield* onDisk.temporaries]).toEqual([[], []])
        expect(yield* Effect.flip(store.open(written))).toMatchObject({ _tag: "FileDamaged", found: undefined })
      })
    ))

  it.live("restores a file whose removal failed", () =>
    withStore((store, _, onDisk) =>
      Effect.gen(function*() {
        const { storedAs } = yield* store.write(pieces())
        yield* store.keep([storedAs])
        const forget = Effect.zipRight(
          Effect.flatMap(onDisk.temporaries, (names) => Effect.sync(() => expect(names).toEqual([storedAs]))),
          Effect.fail("busy")
        )
        expect(yield* Effect.flip(store.remove(storedAs, forget))).toBe("busy")
        expect([yield* onDisk.files, yield* onDisk.temporaries]).toEqual([[storedAs], []])
      })
    ))

  it.live("refuses a file that has changed, and cuts the reading of one that is truncated", () =>
    withStore((store, dataDir) =>
      Effect.gen(function*() {
        const written = yield* store.write(pieces())
        yield* store.keep([written.storedAs])
        const path = join(dataDir, "uploads", written.storedAs)
        const read = yield* store.open(written)
        for (const size of [content.length - 1, content.length + 1, 0]) {
          yield* Effect.promise(() => truncate(path, size))
          expect(yield* Effect.flip(store.open(written))).toMatchObject({ size: content.length, found: size })
        }
        yield* Effect.promise(() => truncate(path, 1000))
        expect(yield* Effect.promise(() => buffer(read({ start: 0, end: 999 })))).toHaveLength(1000)
        for (const range of [undefined, { start: 500, end: 1000 }, { start: 2000, end: 2001 }]) {
          const broken = yield* Effect.flip(Effect.tryPromise(() => buffer(read(range))))
          expect(String(broken.cause)).toMatch(/ended \d+ bytes too early/)
        }
      })
    ))

  const aged = (path: string, minutes: number) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Effect.promise(async () => {
        await writeFile(path, "left over")
        const seconds = now / 1000 - minutes * 60
        await utimes(path, seconds, seconds)
      }))

  it.live("sweeps only old and unknown temporary files", () =>
    withStore((store, dataDir, onDisk) =>
      Effect.gen(function*() {
        for (const name of ["old", "known"]) yield* aged(join(dataDir, "uploads", name), 31)
        for (const name of ["old", "known"]) yield* aged(join(dataDir, "tmp", name), 31)
        yield* aged(join(dataDir, "tmp", "under way"), 29)
        yield* Effect.forEach(
          Array.from({ length: 1200 }, (_, i) => i),
          (i) => aged(join(dataDir, "tmp", `many ${i}`), 31),
          { concurrency: 50 }
        )
        const asked: Array<number> = []
        const removed = yield* store.sweep((names) =>
          Effect.sync(() => {
            asked.push(names.length)
            return new Set(["known"])
          })
        )
        expect(removed).toBe(1201)
        expect((yield* onDisk.files).sort()).toEqual(["known", "old"])
        expect((yield* onDisk.temporaries).sort()).toEqual(["known", "under way"])
        expect(Math.max(...asked)).toBeLessThanOrEqual(500)
      })
    ))

  it.live("recovers known files, and leaves unknown ones untouched", () =>
    withStore((store, dataDir, onDisk) =>
      Effect.gen(function*() {
        for (const name of ["tmp/known", "tmp/other", "uploads/there", "uploads/another database's"]) {
          yield* aged(join(dataDir, name), 40_000)
        }
        const known = () => Effect.succeed(new Set(["known", "there"]))
        expect(yield* store.recover(known)).toEqual({ recovered: 1, unknown: 1 })
        expect((yield* onDisk.files).sort()).toEqual(["another database's", "known", "there"])
        expect(yield* onDisk.temporaries).toEqual(["other"])
      })
    ))

  it.live("treats no file as abandoned that is being removed", () =>
    withStore((store, dataDir, onDisk) =>
      Effect.gen(function*() {
        yield* aged(join(dataDir, "uploads", "old"), 40_000)
        const swept = store.sweep(() => Effect.succeed(new Set<string>()))
        expect(yield* Effect.flip(store.remove("old", Effect.zipRight(swept, Effect.fail("busy"))))).toBe("busy")
        expect(yield* onDisk.files).toEqual(["old"])
      })
    ))

  it.effect("tells a full disk from a broken one", () =>
    Effect.gen(function*() {
      expect(yield* Effect.flip(fromCause(Object.assign(new Error(), { code: "ENOSPC" })))).toMatchObject({
        _tag: "StorageFull"
      })
      const broken = Object.assign(new Error(), { code: "EIO" })
      expect(yield* Effect.exit(fromCause(broken))).toEqual(Exit.die(broken))
    }))
})
