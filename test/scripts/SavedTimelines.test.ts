import { describe, expect, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import { run } from "../../scripts/demos/stage/SavedTimelines.ts"
import { bigTimeline } from "../support/bigTimeline.ts"

const timeline = bigTimeline(3, 4)
const old = { ...timeline, commits: undefined, loop_stalls: undefined, policies: undefined }

const files: Readonly<Record<string, string>> = {
  "good.json": JSON.stringify(timeline),
  "old.json": JSON.stringify(old),
  "text.json": "no JSON",
  "hostile.txt": "\u001b[31m\n",
  "hostile.json": JSON.stringify({
    ...timeline,
    name: "hostile\u001b[31m",
    fibers: timeline.fibers.map((fiber) => ({ ...fiber, name: `${fiber.name}\u001b[2J\nx` }))
  }),
  "other.json": "{}",
  "wrong.json": JSON.stringify({ ...timeline, slices: [{ ...timeline.slices[0], from: -1 }] })
}

/** Runs the command; returns its lines, or the message of its failure. */
const command = (...args: ReadonlyArray<string>) => {
  const printed: Array<string> = []
  const saved = new Map<string, string>()
  const load = (file: string) => Either.fromNullable(files[file], () => ({ message: `cannot read ${file}` }))
  return run(args, load, {
    print: (line) => printed.push(line),
    printError: () => {},
    columns: 80,
    rows: 40,
    colours: false,
    redraw: undefined,
    save: (file, text) => Effect.sync(() => void saved.set(file, text))
  }).pipe(
    Effect.match({ onFailure: ({ message }) => message, onSuccess: () => "" }),
    Effect.map((failure) => ({ failure, printed, saved }))
  )
}

describe("npm run timeline", () => {
  it.effect("draws one file, or two on one axis, also those of before", () =>
    Effect.gen(function*() {
      const { failure, printed } = yield* command("good.json", "old.json")
      expect(failure).toBe("")
      expect(printed.filter((line) => line.startsWith("big (live), "))).toEqual([
        "big (live), good.json",
        "big (live), old.json"
      ])
    }))

  it.effect("sends no command of a file to the terminal", () =>
    Effect.gen(function*() {
      const { printed } = yield* command("hostile.json")
      expect(printed.join("\n")).toContain("hostile")
      for (const file of ["hostile.json", "hostile.txt"]) {
        const { failure, printed } = yield* command(file)
        expect([...printed, failure].filter((line) => /\p{C}/u.test(line))).toEqual([])
      }
    }))

  it.effect("names the file and the field that is wrong", () =>
    Effect.gen(function*() {
      const failures = [
        [["missing.json"], "cannot read missing.json"],
        [["text.json"], "text.json is no JSON: "],
        [
          ["other.json"],
          "other.json is no timeline as --json of a demo and /timelines/{id} give it: version: is missing"
        ],
        [["wrong.json"], "give it: slices.0.from: Expected a non-negative number, actual -1"],
        [[], "one file, or two to compare"],
        [["a", "b", "c"], "one file, or two to compare"],
        [["good.json", "--fast"], "unknown option --fast"],
        [["good.json", "--test"], "--test needs the name of a file"],
        [["good.json", "old.json", "--test", "test/a.test.ts"], "--test takes one recording, not two"],
        [["good.json", "--test", "test/a.test.ts"], "A part of the recording is lost."],
        ...["a.test.ts", "test/a.ts", "test/../a.test.ts", "test/a.browser.test.ts"].map((file) =>
          [
            ["good.json", "--test", file],
            `below test whose name ends in .test.ts, such as test/kept.test.ts, not ${file}`
          ] as const
        )
      ] as const
      for (const [args, message] of failures) {
        const { failure, saved } = yield* command(...args)
        expect(failure).toContain(message)
        expect(saved.size).toBe(0)
      }
    }))
})
