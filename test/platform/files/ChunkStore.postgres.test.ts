import { expect, it } from "@effect/vitest"
import { Clock, Deferred, Duration, Effect, Exit, Fiber, Layer, type Scope } from "effect"
import { createHash, randomBytes } from "node:crypto"
import { mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Readable } from "node:stream"
import { buffer } from "node:stream/consumers"
import { AppConfig } from "../../../src/AppConfig.ts"
import * as ChunkStore from "../../../src/platform/files/ChunkStore.ts"
import { chunkBytes } from "../../../src/platform/files/ChunkWriter.ts"
import { FileStore } from "../../../src/platform/files/FileStore.ts"
import type { ByteRange } from "../../../src/platform/files/ReadFile.ts"
import { Database } from "../../../src/platform/sql/Database.ts"
import { BlockingLoop } from "../../../src/platform/workers/blocking/BlockingLoop.ts"
import * as Postgres from "../../support/postgres.ts"

const content = randomBytes(2 * chunkBytes + 1000)
const pieces = () => Readable.from([content.subarray(0, 7), content.subarray(7, 900_000), content.subarray(900_000)])
const allKnown = (names: ReadonlyArray<string>) => Effect.succeed(new Set(names))

type Parts = {
  readonly store: typeof FileStore.Service
  readonly database: typeof Database.Service
  /** The files in the database, with the bytes of each chunk, and whether they are published. */
  readonly stored: Effect.Effect<ReadonlyArray<readonly [storedAs: string, sizes: string, isPublished: boolean]>>
  readonly dataDir: string
}

/** Runs a test on a store in a database of its own. */
const withStore = <E>(test: (parts: Parts) => Effect.Effect<void, E, Scope.Scope>) =>
  Effect.gen(function*() {
    const dataDir = yield* Effect.acquireRelease(
      Effect.promise(() => mkdtemp(join(tmpdir(), "barista-chunks-"))),
      (path) => Effect.promise(() => rm(path, { recursive: true }))
    )
    const layer = ChunkStore.layer({ dataDir, abandonedAfter: Duration.minutes(30) }).pipe(
      Layer.provide(BlockingLoop.layer),
      Layer.provideMerge(Postgres.layer),
      Layer.provide(AppConfig.layerWith({}))
    )
    yield* Effect.gen(function*() {
      const store = yield* FileStore
      const database = yield* Database
      const stored = Effect.map(
        Effect.orDie(database.reader<{ stored_as: string; sizes: string; is_published: boolean }>`
          SELECT stored_as, is_published,
            (SELECT string_agg(octet_length(bytes)::text, ' ' ORDER BY number) FROM file_chunks AS chunk
              WHERE chunk.stored_as = files.stored_as) AS sizes
          FROM files ORDER BY begun_at`),
        (rows) => rows.map(({ is_published, sizes, stored_as }) => [stored_as, sizes, is_published] as const)
      )
      yield* test({ store, database, stored, dataDir })
    }).pipe(Effect.provide(layer))
  }).pipe(Effect.scoped)

Postgres.describePostgres.each(["write", "writeBlocking"] as const)("%s in chunks", (method) => {
  it.live("writes a whole file, which any range of it reads", () =>
    withStore(({ dataDir, store, stored }) =>
      Effect.gen(function*() {
        const written = yield* store[method](pieces())
        expect(written).toMatchObject({
          size: content.length,
          sha256: createHash("sha256").update(content).digest("hex")
        })
        expect(yield* stored).toEqual([[written.storedAs, `${chunkBytes} ${chunkBytes} 1000`, false]])
        expect(yield* Effect.promise(() => readdir(join(dataDir, "tmp")))).toEqual([])
        const read = yield* store.open(written)
        const bytes = (range?: ByteRange) => Effect.promise(() => buffer(read(range)))
        expect((yield* bytes()).equals(content)).toBe(true)
        for (const start of [0, 5, chunkBytes - 1, chunkBytes, 2 * chunkBytes + 999]) {
          for (
            const end of [start, chunkBytes, 2 * chunkBytes + 5, content.length - 1].filter((last) => last >= start)
          ) {
            expect((yield* bytes({ start, end })).equals(content.subarray(start, end + 1))).toBe(true)
          }
        }
      })
    ))

  it.live("writes an empty file, and one of exactly two chunks", () =>
    withStore(({ store, stored }) =>
      Effect.gen(function*() {
        for (const whole of [Buffer.alloc(0), content.subarray(0, 2 * chunkBytes)]) {
          const written = yield* store[method](Readable.from([whole], { objectMode: false }))
          const read = yield* store.open(written)
          expect((yield* Effect.promise(() => buffer(read()))).equals(whole)).toBe(true)
        }
        expect((yield* stored).map(([, sizes]) => sizes)).toEqual([null, `${chunkBytes} ${chunkBytes}`])
      })
    ))

  it.live("leaves nothing of a file whose scope fails, or that is interrupted half-way", () =>
    withStore(({ dataDir, store, stored }) =>
      Effect.gen(function*() {
        yield* Effect.exit(Effect.scoped(Effect.zipRight(store[method](pieces()), Effect.fail("later"))))
        const halfWay = yield* Deferred.make<void>()
        let asked = 0
        const endless = new Readable({
          read() {
            if (asked++ < 40) this.push(Buffer.alloc(65_536))
            else Deferred.unsafeDone(halfWay, Exit.void)
          }
        })
        const writing = yield* Effect.fork(Effect.scoped(store[method](endless)))
        yield* Deferred.await(halfWay)
        expect(yield* stored).toHaveLength(1)
        yield* Fiber.interrupt(writing)
        expect(yield* stored).toEqual([])
        expect(yield* Effect.promise(() => readdir(join(dataDir, "tmp")))).toEqual([])
      })
    ))
})

Postgres.describePostgres("files in chunks", () => {
  it.live("are published with their rows, or not at all", () =>
    withStore(({ database, store, stored }) =>
      Effect.gen(function*() {
        const { storedAs } = yield* store.write(pieces())
        const states = Effect.map(stored, (files) => files.map(([, , isPublished]) => isPublished))
        yield* Effect.exit(database.transaction(Effect.zipRight(store.publish([storedAs]), Effect.fail("no row"))))
        expect(yield* states).toEqual([false])
        yield* database.transaction(store.publish([storedAs]))
        expect(yield* states).toEqual([true])
      })
    ))

  it.live("are swept if they are old and were never published, and refuse what comes later", () =>
    withStore(({ dataDir, database, store, stored }) =>
      Effect.gen(function*() {
        const [published, old, fresh] = yield* Effect.replicateEffect(store.write(pieces()), 3)
        yield* store.publish([published?.storedAs ?? ""])
        yield* database.writer`UPDATE files SET begun_at = begun_at - 1860000 WHERE stored_as <> ${
          fresh?.storedAs ?? ""
        }`
        for (const [name, age] of [["old", 3600], ["young", 60]] as const) {
          const seconds = (yield* Clock.currentTimeMillis) / 1000 - age
          yield* Effect.promise(async () => {
            const path = join(dataDir, "tmp", name)
            await writeFile(path, "left over")
            await utimes(path, seconds, seconds)
          })
        }
        expect(yield* store.sweep(allKnown)).toBe(2)
        expect((yield* stored).map(([storedAs]) => storedAs)).toEqual([published?.storedAs, fresh?.storedAs])
        expect(yield* Effect.promise(() => readdir(join(dataDir, "tmp")))).toEqual(["young"])
        expect(yield* Effect.exit(store.publish([old?.storedAs ?? ""]))).toMatchObject({
          cause: { _tag: "Die", defect: { message: "an uploaded file was swept before its row was written" } }
        })
        const late = database.writer`INSERT INTO file_chunks VALUES (${old?.storedAs}, 9, ''::bytea)`
        expect(yield* Effect.flip(late)).toMatchObject({ cause: { code: "23503" } })
      })
    ))

  it.live("are removed with their rows, and stay if those stay", () =>
    withStore(({ database, store, stored }) =>
      Effect.gen(function*() {
        const written = yield* store.write(pieces())
        yield* store.publish([written.storedAs])
        const made = database.writer`INSERT INTO accounts VALUES (1, 0)`
        expect(yield* Effect.flip(store.remove(written.storedAs, Effect.zipRight(made, Effect.fail("busy"))))).toBe(
          "busy"
        )
        expect(yield* stored).toHaveLength(1)
        expect(yield* database.reader`SELECT 1 FROM accounts`).toEqual([])
        expect(yield* store.remove(written.storedAs, Effect.succeed("gone"))).toBe("gone")
        expect(yield* stored).toEqual([])
        expect(yield* Effect.flip(store.open(written))).toMatchObject({ _tag: "FileDamaged", found: undefined })
      })
    ))

  it.live("are refused if they have changed, and a reading is cut if they change meanwhile", () =>
    withStore(({ database, store }) =>
      Effect.gen(function*() {
        const written = yield* store.write(pieces())
        const read = yield* store.open(written)
        yield* database.writer`DELETE FROM file_chunks WHERE number = 2`
        expect(yield* Effect.flip(store.open(written))).toMatchObject({ found: 2 * chunkBytes })
        const broken = yield* Effect.flip(Effect.tryPromise(() => buffer(read())))
        expect(String(broken.cause)).toMatch(/ended 1000 bytes too early/)
      })
    ))
})
