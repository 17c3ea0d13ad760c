import { HttpApi, HttpApiClient, HttpClient } from "@effect/platform"
import { FileSystem } from "@effect/platform"
import { NodeContext, NodeHttpClient } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { AppConfig } from "../../src/AppConfig.ts"
import { ComputeApi, SumParams } from "../../src/compute/Api.ts"
import { Compute } from "../../src/compute/Compute.ts"
import { handlers } from "../../src/compute/Http.ts"
import { UserDirectory } from "../../src/domain/UserDirectory.ts"
import { Lifecycle } from "../../src/platform/lifecycle/Lifecycle.ts"
import * as ModelledUpstream from "../../src/platform/upstream/ModelledUpstream.ts"
import { BlockingLoop } from "../../src/platform/workers/blocking/BlockingLoop.ts"
import { CpuPool } from "../../src/platform/workers/cpu/CpuPool.ts"
import { Policies } from "../../src/policy/Policies.ts"
import { serve } from "../support/serve.ts"

const api = HttpApi.make("test").add(ComputeApi)

const config = Layer.unwrapScoped(Effect.map(
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped()),
  (dataDir) => AppConfig.layerWith({ dataDir })
))

const server = Compute.layer.pipe(
  Layer.provide(Layer.succeed(UserDirectory, { missing: () => Effect.succeedNone, count: Effect.succeed(3) })),
  Layer.provide(Layer.mergeAll(ModelledUpstream.layer(), Policies.layerWith({}), BlockingLoop.layer, CpuPool.layer)),
  Layer.provideMerge(Lifecycle.layer),
  Layer.provideMerge(config),
  Layer.provideMerge(NodeContext.layer),
  Layer.merge(NodeHttpClient.layerUndici)
)

const start = Effect.gen(function*() {
  const { url } = yield* serve(api, { compute: yield* handlers })
  const client = yield* HttpClient.HttpClient
  const ask = (path: string) =>
    Effect.flatMap(
      client.get(new URL(path, url)),
      (answer) =>
        Effect.map(answer.text, (text) => ({ status: answer.status, type: answer.headers["content-type"], text }))
    )
  return { ask, typed: yield* HttpApiClient.make(api, { baseUrl: url }) }
})

const exact = 333_332_833_333_500_000n

layer(server, { excludeTestServices: true })("GET", (it) => {
  it.scoped("/good-async-usage", () =>
    Effect.gen(function*() {
      const { typed } = yield* start
      const answer = yield* typed.compute.goodAsyncUsage()
      expect(answer).toMatchObject({ response: { url: "http://upstream.invalid/get" }, users: 3 })
      expect(answer.file.bytes).toBeGreaterThan(0)
    }))

  it.scoped("/cpu-intensive-async writes every digit, and the typed client reads a BigInt", () =>
    Effect.gen(function*() {
      const { ask, typed } = yield* start
      expect(yield* ask("/cpu-intensive-async/")).toEqual({
        status: 200,
        type: "application/json",
        text: `{"result":${exact}}`
      })
      expect(yield* typed.compute.cpuIntensiveAsync({ urlParams: { n: 1_000_000 } })).toEqual({ result: exact })
      // a double would print 333332333334500000
      expect((yield* ask("/cpu-intensive-async?n=999999")).text).toBe(`{"result":${exact - 999_999n ** 2n}}`)
      expect((yield* ask("/cpu-intensive-async?n=10000000")).text).toBe(`{"result":333333283333335000000}`)
    }))

  it.scoped("/bad-async-usage reports its damage to the event loop too", () =>
    Effect.gen(function*() {
      const { ask, typed } = yield* start
      expect((yield* ask("/bad-async-usage/")).text).toMatch(
        new RegExp(`^{"result":${exact},"eventLoop":{"blockedFor":[0-9.e-]+,"missedHeartbeats":[0-9]+}}$`)
      )
      const answer = yield* typed.compute.badAsyncUsage({ urlParams: { n: 3 } })
      expect(answer.result).toBe(5n)
      expect(answer.eventLoop.blockedFor).toBeGreaterThanOrEqual(0)
    }))

  it.scoped.each(
    [
      ["/bad-async-usage", "0"],
      ["/bad-async-usage", "1000000001"],
      ["/bad-async-usage", "abc"],
      ["/cpu-intensive-async", "0"],
      ["/cpu-intensive-async", "1000000001"],
      ["/cpu-intensive-async", "-1"],
      ["/cpu-intensive-async", "1.5"],
      ["/cpu-intensive-async", "1e3"],
      ["/cpu-intensive-async", ""]
    ] as const
  )("%s?n=%s is a 422", ([path, n]) =>
    Effect.gen(function*() {
      const { ask } = yield* start
      const { status, text } = yield* ask(`${path}?n=${n}`)
      expect(status).toBe(422)
      expect(JSON.parse(text).errors).toMatchObject([{ loc: ["query", "n"] }])
    }))

  it.effect("n runs from 1 to its largest, and is 1,000,000 unless given", () =>
    Effect.gen(function*() {
      const decode = Schema.decodeUnknown(SumParams)
      expect(yield* decode({})).toEqual({ n: 1_000_000 })
      expect(yield* decode({ n: "1" })).toEqual({ n: 1 })
      expect(yield* decode({ n: "1000000000" })).toEqual({ n: 1_000_000_000 })
    }))
})
