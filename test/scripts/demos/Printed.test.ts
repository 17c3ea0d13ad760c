import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Schema } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { catalogue } from "../../../scripts/demos/stage/Catalogue.ts"
import { violations } from "../../../src/timeline/conservation.ts"
import { Timeline } from "../../../src/timeline/Timeline.ts"
import { command, made } from "./staged.ts"

/** The pictures in the README. */
const pictures = new URL("../../../src/timeline/pictures/", import.meta.url)

describe("the demos in virtual time", () => {
  it.effect("print each line with the virtual time at which it happens", () =>
    Effect.gen(function*() {
      const { code, printed } = yield* command(catalogue, "retry", "--virtual")
      expect(code).toBe(0)
      expect(printed.filter((line) => line.startsWith("["))).toEqual([
        "[  0.000 s] -- in vain",
        "[  0.000 s] GET /status/500",
        "[  0.000 s] GET /status/500: failed (500)",
        "[  1.000 s] GET /status/500",
        "[  1.000 s] GET /status/500: failed (500)",
        "[  3.000 s] GET /status/500",
        "[  3.000 s] GET /status/500: failed (500)",
        "[  3.000 s] gave up: AttemptsFailed",
        "[  3.000 s] -- recovered",
        "[  3.000 s] GET /status/500",
        "[  3.000 s] GET /status/500: failed (500)",
        "[  4.000 s] GET /status/500",
        "[  4.000 s] GET /status/500: failed (500)",
        "[  6.000 s] GET /get",
        "[  6.000 s] GET /get: answered",
        "[  6.000 s] the third attempt succeeded"
      ])
      expect(printed).toContain("in all        6.000 s   1             not measured")
    }))

  it.effect("report the operation that a timeout interrupts", () =>
    Effect.gen(function*() {
      const { printed } = yield* command(catalogue, "timeout", "--virtual")
      expect(printed).toContain("[  5.000 s] Resilience.slowOperation interrupted")
      expect(printed).toContain("[  5.000 s] Opération trop lente (5s)")
    }))

  it.effect("give a second client a permit in the next round, before all items of the first", () =>
    Effect.gen(function*() {
      const { printed } = yield* command(catalogue, "semaphore", "--virtual")
      expect(printed).toContain("[  2.000 s] Bob: Processed: z (1 of 1)")
      expect(printed).toContain("[  4.000 s] Alice: Processed: i (9 of 9)")
    }))

  it.effect("fail with the deadlock when they wait forever", () =>
    Effect.gen(function*() {
      const { code, output } = yield* command(
        [made(Effect.flatMap(Deferred.make<void>(), Deferred.await))],
        "made",
        "--virtual"
      )
      expect(code).toBe(1)
      expect(output).toContain("deadlock after 0")
    }))
})

describe("the timeline of a demo", () => {
  it.effect("follows it in letters, and is saved in each form that is asked for", () =>
    Effect.gen(function*() {
      const { code, printed, saved } = yield* command(
        catalogue,
        "timeout",
        "--virtual",
        "--svg",
        "a.svg",
        "--json",
        "a.json",
        "--chrome",
        "a.trace",
        "--test",
        "test/a.test.ts"
      )
      expect(code).toBe(0)
      const row = printed.find((line) => line.startsWith("Resilience.withTimeout"))
      // five of fifteen seconds, a timeout, and ten more
      expect(row).toMatch(/^Resilience.withTimeout \.{18,20}T\.{36,38}\|$/)
      expect([...saved.keys()]).toEqual(["a.svg", "a.json", "a.trace", "test/a.test.ts"])
      const timeline = yield* Schema.decodeUnknown(Schema.parseJson(Timeline))(saved.get("a.json"))
      expect(violations(timeline)).toEqual([])
      expect(timeline.duration_ns).toBe(15e9)
      expect(saved.get("a.svg")).toMatch(/^<svg /)
      expect(saved.get("a.trace")).toContain("traceEvents")
      expect(saved.get("test/a.test.ts")).toContain("withTimeout(Duration.millis(5000))")
    }))

  /** Numbers of fibers depend on what else the process has run. */
  const unnumbered = (svg: string) => svg.replaceAll(/(#|fibers? )\d+(?:,\d+)*/g, "$1N")

  it.effect.each(readdirSync(pictures))(
    "is shown in the README as it is drawn now: %s",
    (file) =>
      Effect.gen(function*() {
        const name = file.replace(".svg", "")
        const { saved } = yield* command(catalogue, name, "--virtual", "--svg", file)
        const shown = readFileSync(new URL(file, pictures), "utf8")
        const draw = `npm run demo -- ${name} --virtual --svg src/timeline/pictures/${file}`
        expect(unnumbered(saved.get(file) ?? ""), draw).toBe(unnumbered(shown))
        expect(readFileSync(new URL("../../../README.md", import.meta.url), "utf8")).toContain(
          `src/timeline/pictures/${file}`
        )
      })
  )
})
