import { describe, expect, it, layer } from "@effect/vitest"
import { Cause, Context, Effect, Layer, Logger } from "effect"
import { build } from "esbuild"
import { execFileSync, spawn } from "node:child_process"
import { closeSync, constants, openSync, readFileSync, readSync } from "node:fs"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { options as buildOptions } from "../../../scripts/build.mjs"
import { jsonText } from "../../../src/platform/observability/jsonLine.ts"
import * as LineOutput from "../../../src/platform/observability/LineOutput.ts"
import { prettyText } from "../../../src/platform/observability/prettyText.ts"
import { turn } from "../../support/turn.ts"

const options = { mostBytes: 1000, notice: (count: number) => `${count} dropped\n` }

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "barista-log-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true }))
)

const bundle = Effect.tap(Effect.map(folder, (path) => join(path, "talker.cjs")), (outfile) =>
  Effect.promise(() => {
    const entry = fileURLToPath(new URL("talker.ts", import.meta.url))
    const { outdir: _, ...rest } = buildOptions([])
    return build({ ...rest, entryPoints: [entry], outfile, write: true })
  }))

/** The file of the talker, bundled once for all tests. */
class Talker extends Context.Tag("barista/test/Talker")<Talker, string>() {
  static readonly layer = Layer.scoped(Talker, bundle)
}

/** Reads a talker's output only after it has written everything; returns the output and the exit code. */
const listen = (script: string, end: string, backlog: number) =>
  Effect.async<{ readonly lines: ReadonlyArray<string>; readonly code: number | null }>((resume) => {
    const child = spawn(process.execPath, [script, end, String(backlog)], { stdio: ["ignore", "pipe", "pipe"] })
    const chunks: Array<Buffer> = []
    child.stderr.once("data", () => child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk)))
    child.on("close", (code) => {
      const lines = Buffer.concat(chunks).toString().split("\n")
      expect(lines.pop()).toBe("")
      resume(Effect.succeed({ lines, code }))
    })
    return Effect.sync(() => child.kill("SIGKILL"))
  })

const spoken = (lines: ReadonlyArray<string>) =>
  lines.map((line) => {
    const { message }: { readonly message: string } = JSON.parse(line)
    return Number(message.split(" ")[0])
  })

describe("lines of the log", () => {
  it.scopedLive("of one turn are written together at its end; later than the scope's end, at once", () =>
    Effect.gen(function*() {
      const path = join(yield* folder, "log")
      const written = Effect.promise(() => readFile(path, "utf8"))
      const add = yield* Effect.scoped(Effect.gen(function*() {
        const { add } = yield* LineOutput.make({ ...options, descriptor: openSync(path, "w") })
        add("a\n")
        add("b\n")
        yield* Effect.yieldNow()
        expect(yield* Effect.sync(() => readFileSync(path, "utf8"))).toBe("")
        yield* turn
        expect(yield* written).toBe("a\nb\n")
        add("c\n")
        return add
      }))
      expect(yield* written).toBe("a\nb\nc\n")
      add("d\n")
      expect(readFileSync(path, "utf8")).toBe("a\nb\nc\nd\n")
    }))

  it.scopedLive("that a full disk refuses are dropped and counted", () =>
    Effect.gen(function*() {
      const full = yield* LineOutput.make({ ...options, descriptor: openSync("/dev/full", "w") })
      full.add("a\n")
      full.add("b\n  c\n")
      yield* turn
      expect(full.dropped()).toBe(3)
      full.add("d\n")
      yield* turn
      expect(full.dropped()).toBe(4)
    }))

  it.scopedLive("are reported once a reader is back, after the rest of a broken line", () =>
    Effect.gen(function*() {
      const path = join(yield* folder, "pipe")
      yield* Effect.sync(() => execFileSync("mkfifo", [path]))
      const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
      const writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
      const { add, dropped } = yield* LineOutput.make({ ...options, mostBytes: 100_000, descriptor: writer })
      // a pipe holds 65,536 bytes
      add(`${"x".repeat(70_000)}\n`)
      yield* turn
      const first = readSync(reader, Buffer.alloc(65_536))
      expect(first).toBe(65_536)
      closeSync(reader)
      // the rest of the line, and this one, reach no reader
      add("lost\n")
      yield* turn
      yield* Effect.repeat(Effect.sleep("5 millis"), { until: () => dropped() === 2 })
      const again = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
      add("a\n")
      yield* turn
      add("b\n")
      yield* turn
      const bytes = Buffer.alloc(1000)
      expect(bytes.toString("utf8", 0, readSync(again, bytes))).toBe("\na\n2 dropped\nb\n")
      closeSync(again)
      expect(dropped()).toBe(2)
    }))

  it.effect("are what Effect's JSON logger writes", () =>
    Effect.gen(function*() {
      const pairs: Array<readonly [string, string]> = []
      const both = Logger.make((line) => {
        pairs.push([jsonText(line), `${Logger.jsonLogger.log(line)}\n`])
      })
      yield* Effect.all([
        Effect.logInfo("Début \"traitement\"\n\u2028☕"),
        Effect.logError("a", { b: 1 }, [new Error("c")]),
        Effect.logWarning("with a cause", Cause.die("defect")),
        Effect.logInfo("annotated").pipe(Effect.annotateLogs({ path: "/" })),
        Effect.logInfo("within").pipe(Effect.withLogSpan("span")),
        Effect.logInfo(1),
        Effect.logInfo()
      ], { concurrency: 1 }).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, both)))
      expect(pairs).toHaveLength(7)
      for (const [ours, effects] of pairs) expect(ours).toBe(effects)
    }))

  it.effect("for people are what Effect's pretty logger prints", () =>
    Effect.gen(function*() {
      const texts: Array<string> = []
      const line = prettyText(false)
      const logger = Logger.make((options) => void texts.push(line(options)))
      yield* Effect.all([
        Effect.logInfo("plain"),
        Effect.logWarning("with", { a: 1 }),
        Effect.logError("failed", Cause.fail("why")).pipe(Effect.annotateLogs({ path: "/" }))
      ], { concurrency: 1 }).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
      expect(texts).toEqual([
        expect.stringMatching(/^\[.*\] INFO \(#\d+\): plain\n$/),
        expect.stringMatching(/^\[.*\] WARN \(#\d+\): with\n {2}\{ a: 1 \}\n$/),
        expect.stringMatching(/^\[.*\] ERROR \(#\d+\): failed\n {2}Error: why\n {2}path: \/\n$/)
      ])
    }))
})

layer(Talker.layer, { excludeTestServices: true })("lines of the log of a process", (it) => {
  it.effect.each(
    [["return", 0], ["exit", 3], ["throw", 1], ["terminate", 0]] as const
  )(
    "all arrive in order at a slow reader when the process ends by %s",
    ([end, code]) =>
      Effect.gen(function*() {
        const heard = yield* listen(yield* Talker, end, 16 * 1024 ** 2)
        expect(heard.code).toBe(code)
        expect(spoken(heard.lines)).toEqual(Array.from({ length: 1000 }, (_, n) => n))
      })
  )

  it.effect("beyond the bound are dropped and counted", () =>
    Effect.gen(function*() {
      const { lines } = yield* listen(yield* Talker, "return", 64 * 1024)
      const counts = lines.flatMap((line) =>
        /"message":"(\d+) log lines were dropped/.exec(line)?.slice(1).map(Number) ?? []
      )
      const kept = spoken(lines.filter((line) => !line.includes("were dropped")))
      expect(kept.length).toBeGreaterThan(50)
      expect(kept).toEqual([...new Set(kept)].toSorted((one, other) => one - other))
      expect(counts.reduce((sum, count) => sum + count, kept.length)).toBe(1000)
      // the notices have the members of all other lines
      expect(new Set(lines.map((line) => Object.keys(JSON.parse(line)).join()))).toEqual(
        new Set(["message,logLevel,timestamp,annotations,spans,fiberId"])
      )
    }))
})
