import { afterAll, expect, it } from "@effect/vitest"
import { Duration, Effect, Layer, Schema } from "effect"
import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { basename, join, resolve } from "node:path"
import { catalogue } from "../../../scripts/demos/stage/Catalogue.ts"
import { perform } from "../../../scripts/demos/stage/Performance.ts"
import { AppConfig } from "../../../src/AppConfig.ts"
import { Basics, TaskCount } from "../../../src/basics/Basics.ts"
import { CalledPaths, ExternalCalls } from "../../../src/external/ExternalCalls.ts"
import * as ModelledUpstream from "../../../src/platform/upstream/ModelledUpstream.ts"
import { Upstream } from "../../../src/platform/upstream/Upstream.ts"
import { Policies } from "../../../src/policy/Policies.ts"
import { Resilience } from "../../../src/resilience/Resilience.ts"
import { runVirtual } from "../../../src/simulation/VirtualClock.ts"
import * as FiberRecorder from "../../../src/timeline/FiberRecorder.ts"
import { toTest } from "../../../src/timeline/keep/toTest.ts"
import type { Timeline } from "../../../src/timeline/Timeline.ts"
import { modelledLoop } from "../../support/modelledLoop.ts"

const root = resolve(import.meta.dirname, "../../..")
const bin = join(root, "node_modules/.bin")

const folder = mkdtempSync(join(root, "test/kept-"))
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs a command to its end; returns its exit code and output. */
const run = (command: string, args: ReadonlyArray<string>) =>
  Effect.async<{ readonly code: number; readonly output: string }>((resume) => {
    const child = execFile(
      join(bin, command),
      [...args],
      { cwd: root, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1
        resume(Effect.succeed({ code, output: stdout === "" ? stderr : stdout }))
      }
    )
    return Effect.sync(() => child.kill())
  })

const keep = (project: string, name: string, timeline: Timeline) =>
  Effect.map(toTest(timeline), (text) => {
    mkdirSync(join(folder, project), { recursive: true })
    writeFileSync(join(folder, project, `${name}.test.ts`), text)
  })

const recorded = (clock: Timeline["clock"], effect: Effect.Effect<unknown, object>): Effect.Effect<Timeline> =>
  Effect.gen(function*() {
    const recorder = yield* FiberRecorder.make("test", clock)
    yield* recorder.run(effect)
    return recorder.recording.timeline()
  })

const virtually = (effect: Effect.Effect<unknown, object>) =>
  Effect.flatMap(Effect.orDie(runVirtual(recorded("virtual", effect), { seed: 1 })), ({ exit }) => exit)

const played = (name: string) =>
  Effect.gen(function*() {
    const demo = yield* Effect.fromNullable(catalogue.find((one) => one.name === name))
    const { timeline } = yield* perform(demo, { mode: "virtual", print: () => {} })
    return yield* Effect.fromNullable(timeline)
  })

/** Demos that run operations of the product; those of single policies have an upstream of their own. */
const demos = catalogue.filter(({ name, needs }) => needs === "clock" && !name.startsWith("policy-")).map(({ name }) =>
  name
)

const hasty = AppConfig.layerWith({ taskDuration: Duration.millis(20) })

/** Runs by the live clock, with the embedded upstream over sockets, other paths, tasks and policies. */
const live = {
  tasks: Effect.provide(
    Effect.flatMap(Basics, ({ asyncMultiple }) => asyncMultiple),
    Basics.layer.pipe(Layer.provide([hasty, modelledLoop, Layer.succeed(TaskCount, 5)]))
  ),
  siblings: Effect.provide(
    Effect.flatMap(ExternalCalls, ({ parallel }) => parallel),
    ExternalCalls.layer.pipe(Layer.provide([
      Layer.provide(Upstream.layer, hasty),
      modelledLoop,
      Policies.layerWith({}),
      Layer.succeed(CalledPaths, { single: "/get", parallel: ["/delay/9", "/status/503", "/delay/9"], safe: [] })
    ]))
  ),
  jitter: Effect.provide(
    Effect.flatMap(Resilience, ({ unreliable }) => unreliable(4)),
    Resilience.layer.pipe(Layer.provide([
      Layer.provide(Upstream.layer, hasty),
      Policies.layerWith({
        unreliable: {
          attemptTimeout: Duration.seconds(3),
          retry: { attempts: 5, backoff: { kind: "exponential", base: Duration.millis(30) }, jitter: "full" }
        }
      })
    ]))
  )
}

/** The operation of ten seconds under the policy in force, as no demo runs it. */
const slow = Effect.provide(
  Effect.flatMap(Resilience, ({ withTimeout }) => withTimeout()),
  Resilience.layer.pipe(Layer.provide([ModelledUpstream.layer(), Policies.layerWith({})]))
)

/** Other policies, of which every kept test that depends on one must notice a part. */
const others = {
  same: {},
  fewer: {
    POLICY_UNRELIABLE: `{"retry":{"attempts":2,"backoff":{"kind":"linear","base":"1 second"}}}`,
    POLICY_SAFE_CALL: `{"timeout":"4 seconds"}`,
    POLICY_SLOW_OPERATION: `{"timeout":"4 seconds"}`,
    POLICY_UPSTREAM: `{"timeout":"500 millis"}`,
    POLICY_BATCH: `{"concurrency":2}`
  },
  slower: {
    POLICY_UNRELIABLE: `{"retry":{"attempts":3,"backoff":{"kind":"exponential","base":"1500 millis"}}}`,
    POLICY_BATCH: `{"concurrency":4}`,
    POLICY_SLOW_OPERATION: `{}`
  }
}

/** Gives each kept test the policies of its folder. One process runs all, as importing the product takes longest. */
const setup = `
import { beforeEach } from "vitest"
import { basename, dirname } from "node:path"
const others = ${JSON.stringify(others)}
beforeEach(({ task }) => {
  for (const name of Object.keys(process.env)) if (name.startsWith("POLICY_")) delete process.env[name]
  Object.assign(process.env, others[basename(dirname(task.file.filepath))])
})
`

const setupFile = join(folder, "setup.mjs")

const config = {
  test: {
    pool: "forks",
    isolate: false,
    poolOptions: { forks: { minForks: 1, maxForks: 1 } },
    testTimeout: 20_000,
    setupFiles: [setupFile],
    include: [join(folder, "*", "*.test.ts")]
  }
}

const Report = Schema.parseJson(Schema.Struct({
  testResults: Schema.Array(Schema.Struct({
    name: Schema.String,
    assertionResults: Schema.Array(Schema.Struct({ status: Schema.String }))
  }))
}))

it.live("recordings kept as tests are clean code, green, and red under other policies", () =>
  Effect.gen(function*() {
    for (const name of demos) yield* keep("same", name, yield* played(name))
    for (const [name, effect] of Object.entries(live)) yield* keep("same", name, yield* recorded("live", effect))
    yield* keep("same", "slow", yield* virtually(slow))
    for (const name of ["retry", "external-safe", "external-good", "semaphore"]) {
      yield* keep("fewer", name, yield* played(name))
    }
    for (const name of ["retry", "semaphore"]) yield* keep("slower", name, yield* played(name))
    for (const project of ["fewer", "slower"]) yield* keep(project, "slow", yield* virtually(slow))

    expect(yield* run("dprint", ["check", `${folder}/**/*.ts`])).toMatchObject({ code: 0 })
    expect(yield* run("oxlint", [folder])).toMatchObject({ code: 0 })
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ extends: "../../tsconfig.json", compilerOptions: { plugins: [] }, include: ["."] })
    )
    expect(yield* run("tsc", ["--project", folder])).toMatchObject({ code: 0 })

    const configFile = join(folder, "vitest.config.mjs")
    writeFileSync(setupFile, setup)
    writeFileSync(configFile, `export default ${JSON.stringify(config)}\n`)
    const { output } = yield* run("vitest", ["run", "--root", root, "--config", configFile, "--reporter", "json"])
    const { testResults } = yield* Schema.decode(Report)(output.slice(output.indexOf("{")))
    const results = testResults.map(({ assertionResults, name }) => [
      basename(resolve(name, "..")),
      basename(name, ".test.ts"),
      assertionResults.map(({ status }) => status).join()
    ])
    expect(results.toSorted()).toEqual([
      ["fewer", "external-good", "failed"],
      ["fewer", "external-safe", "failed"],
      ["fewer", "retry", "failed"],
      ["fewer", "semaphore", "failed"],
      ["fewer", "slow", "failed"],
      ...[...demos, ...Object.keys(live), "slow"].toSorted().map((name) => ["same", name, "passed"]),
      ["slower", "retry", "failed"],
      ["slower", "semaphore", "failed"],
      ["slower", "slow", "failed"]
    ])
  }), 120_000)
