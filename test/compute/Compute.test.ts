import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { type Context, Deferred, Effect, Fiber, Layer, Option, TestClock } from "effect"
import { join } from "node:path"
import { AppConfig, type Values } from "../../src/AppConfig.ts"
import { Compute } from "../../src/compute/Compute.ts"
import { UserDirectory } from "../../src/domain/UserDirectory.ts"
import { JsonText } from "../../src/platform/codec/JsonText.ts"
import * as ModelledUpstream from "../../src/platform/upstream/ModelledUpstream.ts"
import { Upstream } from "../../src/platform/upstream/Upstream.ts"
import { UpstreamFailed } from "../../src/platform/upstream/UpstreamFailed.ts"
import { BlockingLoop } from "../../src/platform/workers/blocking/BlockingLoop.ts"
import { CpuPool } from "../../src/platform/workers/cpu/CpuPool.ts"
import { Policies } from "../../src/policy/Policies.ts"

interface Parts {
  readonly users?: Effect.Effect<number>
  readonly get?: Context.Tag.Service<Upstream>["get"]
  readonly settings?: Partial<Values>
}

const base = new URL("http://upstream.invalid")

/** Runs the service over the given parts, with its file in a folder that does not exist yet. */
const withCompute = <A, E>(
  { get, settings = {}, users = Effect.succeed(3) }: Parts,
  test: (compute: Context.Tag.Service<Compute>, file: string) => Effect.Effect<A, E, FileSystem.FileSystem | CpuPool>
) =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const dataDir = join(yield* fs.makeTempDirectoryScoped(), "new", "data")
    const layer = Compute.layer.pipe(
      Layer.provide(Layer.succeed(UserDirectory, { missing: () => Effect.succeedNone, count: users })),
      Layer.provide(get === undefined ? ModelledUpstream.layer() : Layer.succeed(Upstream, { url: base, get })),
      Layer.provide(Policies.layerWith({})),
      Layer.provide(BlockingLoop.layer),
      Layer.provideMerge(CpuPool.layer),
      Layer.provide(AppConfig.layerWith({ dataDir, ...settings }))
    )
    return yield* Effect.flatMap(Compute, (compute) => test(compute, join(dataDir, "data.txt"))).pipe(
      Effect.provide(layer)
    )
  }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))

describe("goodUsage", () => {
  it.effect("answers the upstream's JSON, the number of users and the size of the file that its start made", () =>
    withCompute({}, (compute, file) =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const content = yield* fs.readFileString(file)
        expect(content).toMatch(/^.+\n$/)
        expect(yield* compute.goodUsage).toMatchObject({
          response: { value: { args: {}, url: "http://upstream.invalid/get" } },
          users: 3,
          file: { bytes: content.length }
        })
      })))

  it.effect("reads the file each time, and no more of it than the limit", () =>
    withCompute({ settings: { dataFileMaxBytes: 10 } }, (compute, file) =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        yield* fs.writeFileString(file, "çà")
        expect((yield* compute.goodUsage).file).toEqual({ bytes: 4 })
        yield* fs.writeFileString(file, "x".repeat(11))
        expect((yield* compute.goodUsage).file).toEqual({ bytes: 10 })
      })))

  it.effect("leaves an existing file unchanged", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const dataDir = yield* fs.makeTempDirectoryScoped()
      yield* fs.writeFileString(join(dataDir, "data.txt"), "mine")
      yield* withCompute({ settings: { dataDir } }, (compute) =>
        Effect.gen(function*() {
          expect((yield* compute.goodUsage).file).toEqual({ bytes: 4 })
        }))
    }).pipe(Effect.scoped, Effect.provide(NodeContext.layer)))

  it.effect("asks the upstream and the database at once", () =>
    Effect.gen(function*() {
      const [called, counted] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const meet = (mine: Deferred.Deferred<void>, other: Deferred.Deferred<void>) =>
        Effect.zipRight(Deferred.succeed(mine, undefined), Deferred.await(other))
      const answer = yield* withCompute({
        users: Effect.as(meet(counted, called), 1),
        get: () => Effect.as(meet(called, counted), new JsonText("1.0"))
      }, (compute) => compute.goodUsage)
      expect(answer).toMatchObject({ response: new JsonText("1.0"), users: 1 })
    }))

  it.effect("interrupts the other parts when one fails", () =>
    Effect.gen(function*() {
      const [counting, interrupted] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const error = yield* withCompute({
        users: Deferred.succeed(counting, undefined).pipe(
          Effect.zipRight(Effect.never),
          Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined))
        ),
        get: () => Effect.zipRight(Deferred.await(counting), UpstreamFailed.status(base, 503))
      }, (compute) => Effect.flip(compute.goodUsage))
      expect(error).toMatchObject({ _tag: "UpstreamFailed", upstream_status: 503 })
      expect(yield* Deferred.isDone(interrupted)).toBe(true)
    }))

  it.effect("waits for the upstream as long as its policy allows, 5 s", () =>
    withCompute({ get: () => Effect.never }, (compute) =>
      Effect.gen(function*() {
        const fiber = yield* Effect.fork(Effect.flip(compute.goodUsage))
        yield* TestClock.adjust("4999 millis")
        expect(Option.isNone(yield* Fiber.poll(fiber))).toBe(true)
        yield* TestClock.adjust("1 millis")
        expect(yield* Fiber.join(fiber)).toMatchObject({ _tag: "TimedOut", what: `GET ${base.href}get`, after: 5 })
      })))
})

describe("sum", () => {
  it.effect("an interruption stops the computation: the pool's threads are free again", () =>
    withCompute({ settings: { cpuWorkers: 1 } }, (compute) =>
      Effect.gen(function*() {
        const pool = yield* CpuPool
        // would run for months
        const fiber = yield* Effect.fork(compute.sum(Number.MAX_SAFE_INTEGER))
        yield* Effect.yieldNow()
        expect(yield* pool.stats).toEqual({ waiting: 0, running: 1 })
        const next = yield* Effect.fork(compute.sum(3))
        yield* Effect.yieldNow()
        expect(yield* pool.stats).toEqual({ waiting: 1, running: 1 })
        yield* Fiber.interrupt(fiber)
        expect(yield* Fiber.join(next)).toEqual({ result: 5n })
        expect(yield* pool.stats).toEqual({ waiting: 0, running: 0 })
      })))
})
