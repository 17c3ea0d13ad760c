import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { readdirSync } from "node:fs"
import { catalogue } from "../../../scripts/demos/stage/Catalogue.ts"
import { Stage } from "../../../scripts/demos/stage/Stage.ts"
import { Broken, command, made } from "./staged.ts"

/** The programs of the demos, a file each. */
const programs = readdirSync(new URL("../../../scripts/demos", import.meta.url)).filter((name) => name.endsWith(".ts"))

describe("npm run demo", () => {
  it.effect("lists every chapter's demo with its two lines, marking those that run in virtual time", () =>
    Effect.gen(function*() {
      const { code, printed } = yield* command(catalogue)
      expect(code).toBe(0)
      expect(catalogue).toHaveLength(programs.length)
      for (const { name, needs, shows } of catalogue) {
        const line = printed.indexOf(needs === "clock" ? `${name} [--virtual]` : name)
        expect(printed.slice(line + 1, line + 3)).toEqual(shows.map((line) => `    ${line}`))
      }
    }))

  it.effect("refuses --virtual for a demo that needs more than a clock, with the reason", () =>
    Effect.gen(function*() {
      for (const [name, reason] of [["chat", "sockets"], ["cpu", "threads"], ["transfer", "database file"]] as const) {
        const { code, errors, printed } = yield* command(catalogue, name, "--virtual")
        expect(code).toBe(2)
        expect(printed).toEqual([])
        expect(errors).toContain(`${name} refuses --virtual: it `)
        expect(errors).toContain(reason)
      }
    }))

  it.effect("names the right form of a wrong command", () =>
    Effect.gen(function*() {
      const wrong = [
        [["caffe"], `unknown demo "caffe"; there are cafe, sequential-and-parallel,`],
        [
          ["cafe", "--fast"],
          "unknown option --fast; there are --virtual and --svg FILE, --json FILE, --chrome FILE, --test FILE"
        ],
        [["cafe", "retry"], "one demo at a time, or all: cafe retry"],
        [["cafe", "--svg"], "--svg needs the name of a file"],
        [["cafe", "--test", "a.test.ts"], "--test needs a file below test whose name ends in .test.ts"],
        [["all", "--svg", "a.svg"], "a file takes one demo, not all"],
        [["--svg", "a.svg"], "a file needs the name of a demo"],
        [["--virtual"], "--virtual needs the name of a demo, or all"]
      ] as const
      for (const [args, message] of wrong) {
        const { code, errors, printed } = yield* command(catalogue, ...args)
        expect(code).toBe(2)
        expect(printed).toEqual([])
        expect(errors).toContain(message)
        expect(errors).toContain("npm run demo -- <name>|all [--virtual]")
      }
    }))

  it.effect("runs all, skips those that refuse, and ends with a summary", () =>
    Effect.gen(function*() {
      const threaded = made(Effect.die("must not run"), "threads")
      const failing = made(Effect.fail(new Broken()))
      const working = made(Effect.flatMap(Stage, ({ say }) => Effect.delay(say("done"), "2 seconds")))
      const { code, printed } = yield* command([threaded, failing, working], "all", "--virtual")
      expect(code).toBe(1)
      const summary = printed.slice(printed.findIndex((line) => line.startsWith("demo ")))
      expect(summary).toEqual([
        "demo   result    wall time   concurrency   event-loop delay",
        "made   refused",
        "made   failed",
        "made   ok          2.000 s   0             not measured",
        "made refuses --virtual: it blocks or computes on real threads, which no virtual clock can hurry"
      ])
    }))
})
