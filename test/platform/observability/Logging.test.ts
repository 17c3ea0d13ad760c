import { describe, expect, it } from "@effect/vitest"
import { Cause, Effect, Logger } from "effect"
import { build } from "esbuild"
import { spawn } from "node:child_process"
import { openSync, readFileSync } from "node:fs"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { options } from "../../../scripts/build.mjs"
import * as LineOutput from "../../../src/platform/observability/LineOutput.ts"
import { jsonLine } from "../../../src/platform/observability/Logging.ts"

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "barista-log-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true }))
)

const talker = Effect.tap(Effect.map(folder, (path) => join(path, "talker.cjs")), (outfile) =>
  Effect.promise(() => {
    const entry = fileURLToPath(new URL("talker.ts", import.meta.url))
    const { outdir: _, ...rest } = options([])
    return build({ ...rest, entryPoints: [entry], outfile })
  }))

/** What a talker has written, which is first read when it has said everything; its exit code. */
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
  it.scopedLive("of one turn are written together, at its end; those after the scope's end at once", () =>
    Effect.gen(function*() {
      const path = join(yield* folder, "log")
      const written = Effect.promise(() => readFile(path, "utf8"))
      const add = yield* Effect.scoped(Effect.gen(function*() {
        const add = yield* LineOutput.make(openSync(path, "w"), 1000)
        add("a\n")
        add("b\n")
        yield* Effect.yieldNow()
        expect(yield* Effect.sync(() => readFileSync(path, "utf8"))).toBe("")
        yield* Effect.async<void>((resume) => void setImmediate(() => resume(Effect.void)))
        expect(yield* written).toBe("a\nb\n")
        add("c\n")
        return add
      }))
      expect(yield* written).toBe("a\nb\nc\n")
      add("d\n")
      expect(readFileSync(path, "utf8")).toBe("a\nb\nc\nd\n")
    }))

  it.scopedLive.each(
    [["return", 0], ["exit", 3], ["throw", 1], ["terminate", 0]] as const
  )(
    "are all there, in order, for a reader that is late, when the process ends by %s",
    ([end, code]) =>
      Effect.gen(function*() {
        const heard = yield* listen(yield* talker, end, 16 * 1024 ** 2)
        expect(heard.code).toBe(code)
        expect(spoken(heard.lines)).toEqual(Array.from({ length: 1000 }, (_, n) => n))
      })
  )

  it.scopedLive("beyond the bound are dropped, and counted", () =>
    Effect.gen(function*() {
      const { lines } = yield* listen(yield* talker, "return", 64 * 1024)
      const counts = lines.flatMap((line) =>
        /"message":"(\d+) log lines were dropped/.exec(line)?.slice(1).map(Number) ?? []
      )
      const kept = spoken(lines.filter((line) => !line.includes("were dropped")))
      expect(kept.length).toBeGreaterThan(50)
      expect(kept).toEqual([...new Set(kept)].toSorted((one, other) => one - other))
      expect(counts.reduce((sum, count) => sum + count, kept.length)).toBe(1000)
    }))

  it.effect("are what Effect's JSON logger writes", () =>
    Effect.gen(function*() {
      const pairs: Array<readonly [string, string]> = []
      const both = Logger.make((line) => {
        pairs.push([jsonLine(line), Logger.jsonLogger.log(line)])
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
})
