import { describe, expect, it } from "@effect/vitest"
import { Clock, Deferred, Duration, Effect, Exit, Fiber, Layer, Scope } from "effect"
import { createHash, randomBytes } from "node:crypto"
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Readable } from "node:stream"
import { buffer } from "node:stream/consumers"
import { AppConfig } from "../../../src/AppConfig.ts"
import { fromCause } from "../../../src/platform/files/fileCall.ts"
import { FileStore } from "../../../src/platform/files/FileStore.ts"
import { BlockingLoop } from "../../../src/platform/workers/BlockingLoop.ts"

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "barista-files-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true }))
)

const storeIn = (dataDir: string) => {
  const config = AppConfig.layerWith({ dataDir, requestTimeout: Duration.minutes(15) })
  return FileStore.layer.pipe(Layer.provide(BlockingLoop.layer), Layer.provide(config))
}

const list = (path: string) => Effect.promise(() => readdir(path))
const content = randomBytes(3_000_000)
const pieces = () =>
  Readable.from([content.subarray(0, 7), content.subarray(7, 2_000_000), content.subarray(2_000_000)])

/** Runs a test on a store in a folder of its own; `files` and `temporaries` list what is on disk. */
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
  it.live("makes a whole file under a random name, and answers its size and SHA-256", () =>
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
        expect((yield* onDisk.files).sort()).toEqual([first.storedAs, second.storedAs].sort())
        expect(yield* onDisk.temporaries).toEqual([])
        const bytes = yield* Effect.promise(() => readFile(join(dataDir, "uploads", first.storedAs)))
        expect(bytes.equals(content)).toBe(true)
      })
    ))

  it.live("makes an empty file of nothing", () =>
    withStore((store) =>
      Effect.gen(function*() {
        const written = yield* store[method](Readable.from([], { objectMode: false }))
        expect(written).toMatchObject({ size: 0, sha256: createHash("sha256").digest("hex") })
        expect(yield* store.exists(written.storedAs)).toBe(true)
      })
    ))

  it.live("keeps a finished file only if its scope ends in success", () =>
    withStore((store, _, onDisk) =>
      Effect.gen(function*() {
        const kept = yield* Effect.scoped(store[method](pieces()))
        yield* Effect.exit(Effect.scoped(Effect.zipRight(store[method](pieces()), Effect.fail("later"))))
        const scope = yield* Scope.make()
        yield* Scope.extend(store[method](pieces()), scope)
        expect(yield* onDisk.files).toHaveLength(2)
        yield* Scope.close(scope, Exit.interrupt(yield* Effect.fiberId))
        expect(yield* onDisk.files).toEqual([kept.storedAs])
        expect(yield* onDisk.temporaries).toEqual([])
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
  it.live("frees the memory of the chunks that it has written, while more arrive", () =>
    withStore((store, dataDir) =>
      Effect.gen(function*() {
        const size = 65_536
        const chunks = Array.from({ length: 64 }, () => Buffer.alloc(size, randomBytes(size)))
        const whole = Buffer.concat(chunks)
        const { sha256, storedAs } = yield* store.write(Readable.from(chunks))
        expect(sha256).toBe(createHash("sha256").update(whole).digest("hex"))
        const bytes = yield* Effect.promise(() => readFile(join(dataDir, "uploads", storedAs)))
        expect(bytes.equals(whole)).toBe(true)
        // a little more than what may wait for the disk, 1 MiB, is there when the last one arrives
        expect(chunks.slice(0, 46).every(({ length }) => length === 0)).toBe(true)
      })
    ))

  it.live("reads a file whole or in part, and removes it", () =>
    withStore((store) =>
      Effect.gen(function*() {
        const { storedAs } = yield* store.write(pieces())
        const bytes = (range?: { readonly start: number; readonly end: number }) =>
          Effect.promise(() => buffer(store.read(storedAs, range)))
        expect((yield* bytes()).equals(content)).toBe(true)
        expect((yield* bytes({ start: 5, end: 9 })).equals(content.subarray(5, 10))).toBe(true)
        yield* store.remove(storedAs)
        yield* store.remove(storedAs)
        expect(yield* store.exists(storedAs)).toBe(false)
        expect(Exit.isFailure(yield* Effect.exit(bytes()))).toBe(true)
      })
    ))

  it.live("sweeps what is old and unknown, and nothing else", () =>
    withStore((store, dataDir, onDisk) =>
      Effect.gen(function*() {
        const age = (path: string, minutes: number) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) =>
            Effect.promise(async () => {
              await writeFile(path, "left over")
              const seconds = now / 1000 - minutes * 60
              await utimes(path, seconds, seconds)
            }))
        for (const name of ["old", "known"]) yield* age(join(dataDir, "uploads", name), 31)
        yield* age(join(dataDir, "uploads", "under way"), 29)
        yield* age(join(dataDir, "tmp", "old"), 31)
        yield* age(join(dataDir, "tmp", "under way"), 29)
        yield* Effect.forEach(
          Array.from({ length: 1200 }, (_, i) => i),
          (i) => age(join(dataDir, "uploads", `many ${i}`), 31),
          { concurrency: 50 }
        )
        const asked: Array<number> = []
        const removed = yield* store.sweep((names) =>
          Effect.sync(() => {
            asked.push(names.length)
            return new Set(["known"])
          })
        )
        expect(removed).toBe(1202)
        expect((yield* onDisk.files).sort()).toEqual(["known", "under way"])
        expect(yield* onDisk.temporaries).toEqual(["under way"])
        expect(Math.max(...asked)).toBeLessThanOrEqual(500)
      })
    ))

  it.effect("tells a full disk from a broken one", () =>
    Effect.gen(function*() {
      expect(yield* Effect.flip(fromCause(Object.assign(new Error(), { code: "ENOSPC" })))).toMatchObject({
        _tag: "StorageFull"
      })
      expect(Exit.isFailure(yield* Effect.exit(fromCause(Object.assign(new Error(), { code: "EIO" }))))).toBe(true)
    }))
})
