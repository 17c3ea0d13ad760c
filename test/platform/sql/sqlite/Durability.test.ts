import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import { Effect, Fiber, Layer } from "effect"
import { copyFileSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { AppConfig } from "../../../../src/AppConfig.ts"
import { Database } from "../../../../src/platform/sql/Database.ts"
import { isPassing } from "../../../../src/platform/sql/DatabaseUnavailable.ts"
import { CommitUncertain, Disk } from "../../../../src/platform/sql/sqlite/SharedSync.ts"
import * as SqliteDatabase from "../../../../src/platform/sql/sqlite/SqliteDatabase.ts"
import { failureOf } from "../../../support/exits.ts"
import { isDone } from "../../../support/fibers.ts"
import * as HeldDisk from "../../../support/heldDisk.ts"
import { insert, names } from "../../../support/names.ts"
import { turn } from "../../../support/turn.ts"

/** Runs a test on a database in a folder of its own, on the test's disk. */
const withDisk = <A, E>(
  makeDisk: (folder: string) => Layer.Layer<Disk>,
  test: (folder: string) => Effect.Effect<A, E, Database>
) =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* fs.makeTempDirectoryScoped({ prefix: "barista-" })
    return yield* Effect.provide(
      test(folder),
      SqliteDatabase.layer.pipe(
        Layer.provide(AppConfig.layerWith({ dataDir: folder })),
        Layer.provide(makeDisk(folder))
      )
    )
  }).pipe(Effect.provide(NodeContext.layer))

describe("a change whose commit is not yet on the disk", () => {
  it.scopedLive("is visible to readers while its author waits; changes that come meanwhile are committed and share one sync", () => {
    const { held, hold, layer, letGo } = HeldDisk.make()
    return withDisk(() => layer, () =>
      Effect.gen(function*() {
        hold()
        const first = yield* Effect.fork(insert("Ann"))
        yield* turn
        yield* turn
        const others = yield* Effect.forEach(["Bob", "Chloé"], (name) =>
          Effect.zipRight(turn, Effect.fork(insert(name))), {
          concurrency: 1
        })
        yield* turn
        yield* turn
        expect(yield* names).toEqual(["Ann", "Bob", "Chloé"])
        expect(yield* Effect.forEach([first, ...others], isDone, { concurrency: 1 })).toEqual([false, false, false])
        expect(held).toHaveLength(1)
        held.shift()?.(null)
        yield* Fiber.join(first)
        expect(yield* Effect.forEach(others, isDone, { concurrency: 1 })).toEqual([false, false])
        expect(held).toHaveLength(1)
        letGo()
        yield* Fiber.joinAll(others)
      }))
  })

  it.scopedLive("never succeeds once a sync has failed, nor does any later one", () => {
    const { held, hold, layer, letGo, lost } = HeldDisk.make()
    return withDisk(() => layer, () =>
      Effect.gen(function*() {
        hold()
        const told = yield* Effect.fork(Effect.exit(insert("Ann")))
        yield* turn
        yield* turn
        const waiting = yield* Effect.fork(Effect.exit(insert("Bob")))
        yield* turn
        yield* turn
        held.shift()?.(new Error("EIO"))
        letGo()
        const exits = [yield* Fiber.join(told), yield* Fiber.join(waiting), yield* Effect.exit(insert("Chloé"))]
        for (const exit of exits) {
          const failure = failureOf(exit)
          expect(failure).toMatchObject({ _tag: "SqlError", cause: expect.any(CommitUncertain) })
          // a retry would be wrong, as the change may have been made
          expect(isPassing(failure)).toBe(false)
        }
        expect(lost.map(({ message }) => message)).toEqual(["EIO"])
      }))
  })
})

describe("after a power cut", () => {
  it.scopedLive("every reported change is there, in order, and none is half there", () => {
    /** Copies, for each sync, the data known to be on disk. Copying gives up locks that nobody else needs. */
    let copies = 0
    const snapshot = (folder: string) => {
      copies++
      for (const suffix of ["", "-wal"]) {
        copyFileSync(`${folder}/barista.sqlite${suffix}`, `${folder}/copy${copies}.sqlite${suffix}`)
      }
    }
    const found = (folder: string, copy: number) => {
      const database = new Sqlite(`${folder}/copy${copy}.sqlite`)
      const rows = database.prepare<[], string>("SELECT name FROM users ORDER BY id").pluck().all()
      const check = database.pragma("integrity_check", { simple: true })
      database.close()
      return { rows, check }
    }
    return withDisk(
      (folder) =>
        Layer.succeed(Disk, {
          sync: (_, done) => {
            snapshot(folder)
            // some turns of the event loop later, in which further changes are committed
            setImmediate(() => setImmediate(() => setImmediate(done, null)))
          },
          lost: () => undefined
        }),
      (folder) =>
        Effect.gen(function*() {
          const before = copies
          const told: Array<{ readonly name: string; readonly copy: number }> = []
          const change = (name: string) =>
            Effect.map(Effect.zipRight(turn, insert(name)), () => told.push({ name, copy: copies }))
          yield* Effect.forEach(Array.from({ length: 60 }, (_, n) => `user ${n}`), change, { concurrency: 7 })
          const order = yield* names
          expect(copies - before).toBeGreaterThan(5)
          for (let copy = before + 1; copy <= copies; copy++) {
            const { check, rows } = found(folder, copy)
            expect(check).toBe("ok")
            expect(rows).toEqual(order.slice(0, rows.length))
            // by the time that the next sync began
            const answered = told.filter((one) => one.copy <= copy).map(({ name }) => name)
            expect(answered.filter((name) => !rows.includes(name))).toEqual([])
          }
        })
    )
  })

  it.scopedLive("a log that ends within a commit restores the commits before", () =>
    withDisk(
      () => HeldDisk.make().layer,
      (folder) =>
        Effect.gen(function*() {
          yield* Effect.forEach(["Ann", "Bob", "Chloé"], insert, { concurrency: 1 })
          const log = readFileSync(`${folder}/barista.sqlite-wal`)
          copyFileSync(`${folder}/barista.sqlite`, `${folder}/cut.sqlite`)
          const lengths = new Set<number>()
          for (let cut = log.length; cut > 0; cut -= 4120 / 2) {
            writeFileSync(`${folder}/cut.sqlite-wal`, log.subarray(0, cut))
            const database = new Sqlite(`${folder}/cut.sqlite`, { readonly: true })
            const exists = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'users'").all().length > 0
            const rows = exists
              ? database.prepare<[], string>("SELECT name FROM users ORDER BY id").pluck().all()
              : []
            database.close()
            expect(rows).toEqual(["Ann", "Bob", "Chloé"].slice(0, rows.length))
            lengths.add(rows.length)
          }
          expect([...lengths].toSorted()).toEqual([0, 1, 2, 3])
        })
    ))
})

describe("the write-ahead log", () => {
  it.scopedLive("is copied into the database by a thread when long, and restarted, so it grows no further", () =>
    withDisk(
      () => HeldDisk.make().layer,
      (folder) =>
        Effect.gen(function*() {
          const { counters, writer } = yield* Database
          yield* writer`CREATE TABLE large (content BLOB NOT NULL)`
          const large = new Uint8Array(400_000)
          const fill = Effect.repeatN(writer`INSERT INTO large (content) VALUES (${large})`, 47)
          const copied = (times: number) => Effect.repeat(turn, { until: () => counters.checkpoints >= times })
          yield* fill
          yield* copied(1)
          yield* insert("Ann")
          const size = statSync(`${folder}/barista.sqlite-wal`).size
          yield* fill
          yield* copied(2)
          yield* insert("Bob")
          expect(counters.failedCheckpoints).toBe(0)
          expect(counters.logFrames).toBeLessThan(4000)
          expect(statSync(`${folder}/barista.sqlite-wal`).size).toBeLessThan(size * 1.5)
          expect(yield* names).toEqual(["Ann", "Bob"])
        })
    ))
})
