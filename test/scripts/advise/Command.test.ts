import { describe, expect, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { run } from "../../../scripts/advise/command.ts"
import { Advice } from "../../../src/simulation/advisor/Advice.ts"

const asked = {
  upstream: { file: "times.txt" },
  rate: 10,
  objective: { share: 0.9, within: "200 millis" },
  amplification: 1,
  idempotent: false,
  scenarios: ["healthy"],
  requests: 5_000
}

const files: Readonly<Record<string, string>> = {
  "/q/good.json": JSON.stringify(asked),
  "/q/times.txt": Array.from({ length: 400 }, (_, place) => `${10 + place / 10}`).join("\n"),
  "/q/bad.json": JSON.stringify({ ...asked, rate: 0, objective: { share: 2, within: "soon" }, capcity: 3 }),
  "/q/text.json": "no JSON",
  "/q/lost.json": JSON.stringify({ ...asked, upstream: { file: "lost.txt" } }),
  "/q/odd.json": JSON.stringify({ ...asked, upstream: { file: "odd.txt" } }),
  "/q/odd.txt": "1\n2\nthree",
  "/q/thin.json": JSON.stringify({ ...asked, upstream: { values: [1, 2, 3] } }),
  "/q/measured.json": JSON.stringify({ ...asked, upstream: { measured: true } })
}

/** Runs the command; returns its lines, or the message of its failure. */
const command = (...args: ReadonlyArray<string>) => {
  const printed: Array<string> = []
  const drawn: Array<ReadonlyArray<string>> = []
  const saved = new Map<string, string>()
  const load = (file: string) => {
    const text = files[file]
    if (text === undefined) throw new Error("no such file")
    return text
  }
  return run(args, load, {
    print: (line) => printed.push(line),
    printError: () => {},
    columns: 80,
    rows: 40,
    colours: false,
    redraw: (lines) => drawn.push(lines),
    save: (file, text) => Effect.sync(() => void saved.set(file, text))
  }).pipe(
    Effect.match({ onFailure: ({ message }) => message, onSuccess: () => "" }),
    Effect.map((failure) => ({ failure, printed, drawn, saved }))
  )
}

describe("npm run advise", () => {
  it.effect(
    "prints the advice and saves it, with times from a file beside that of the question",
    () =>
      Effect.gen(function*() {
        const { drawn, failure, printed, saved } = yield* command("/q/good.json", "--json", "/out.json")
        expect(failure).toBe("")
        expect(printed).toContain(`{"timeout":"200 millis"}`)
        expect(printed.join("\n")).not.toMatch(/undefined|NaN/)
        const advice = yield* Schema.decode(Schema.parseJson(Advice))(saved.get("/out.json") ?? "")
        expect(advice.upstream.samples).toBe(400)
        expect(drawn.length).toBeGreaterThan(2)
        expect(drawn.at(-1)).toEqual([])
        expect((yield* command("/q/good.json", "--lang", "fr")).printed[0]).toContain("En bonne santé")
      }),
    60_000
  )

  it.effect("names the file and each field that is wrong", () =>
    Effect.gen(function*() {
      const { failure } = yield* command("/q/bad.json")
      expect(failure).toMatch(/^\/q\/bad.json: /)
      for (const field of ["rate: ", "objective.share: ", "objective.within: ", "capcity: "]) {
        expect(failure).toContain(field)
      }
      expect((yield* command("/q/text.json")).failure).toContain("must be JSON")
    }))

  it.effect("says which file, line, samples or command is wrong", () =>
    Effect.gen(function*() {
      const failures = yield* Effect.forEach([
        ["/q/none.json"],
        ["/q/lost.json"],
        ["/q/odd.json"],
        ["/q/thin.json"],
        ["/q/measured.json"],
        [],
        ["a", "b"],
        ["--json"],
        ["--svg", "x"],
        ["a", "--lang", "de"]
      ], (args) => Effect.map(command(...args), ({ failure }) => failure.split("\n")[0]))
      expect(failures).toEqual([
        "cannot read /q/none.json: no such file",
        "/q/lost.json: upstream.file: cannot read /q/lost.txt: no such file",
        "odd.txt: line 3: must be a time in milliseconds up to a day, such as 12.5, or >5000 for an attempt that was given up",
        "/q/thin.json: Too few samples (3): a bound of p95 needs 59, and one of p99.9 needs 2995.",
        "/q/measured.json: upstream.measured: only a running server has measured anything; ask POST /advice",
        "a file with a question is missing",
        "one question at a time, not a and b",
        "--json needs the name of a file",
        "unknown option --svg",
        "--lang needs fr or en"
      ])
    }))
})
