import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { run } from "../../../scripts/simulate/command.ts"
import { SimulationPool } from "../../../src/predictions/SimulationPool.ts"
import { names } from "../../../src/simulation/gallery/Gallery.ts"
import { reportOf } from "../../../src/simulation/Report.ts"
import { simulate } from "../../../src/simulation/simulate.ts"

/** Simulates in this thread, as the threads of the pool run built files. */
const inThisThread = Layer.effect(
  SimulationPool,
  Effect.map(SimulationPool, (pool) =>
    SimulationPool.of({
      ...pool,
      run: (scenario) =>
        Effect.map(Effect.orDie(simulate(scenario, { seed: 1 })), (result) => reportOf([{ result, cpu: 1 }]))
    }))
).pipe(Layer.provide(SimulationPool.layerWith(1, 1)))

/** The pictures of predictions in the README. */
const pictures = new URL("../../../src/predictions/pictures/", import.meta.url)

const scenario = {
  name: "two servers",
  requests: 50,
  arrivals: { kind: "poisson", rate: 100 },
  upstream: { servers: 2, service: { kind: "constant", value: "10 millis" } },
  policy: { timeout: "1 second" }
}

const files: Readonly<Record<string, string>> = {
  "good.json": JSON.stringify(scenario),
  "text.json": "no JSON",
  "wrong.json": JSON.stringify({
    ...scenario,
    arrivals: { kind: "poisson", rate: 0 },
    upstream: { ...scenario.upstream, servers: 0 }
  }),
  "unknown.json": JSON.stringify({ ...scenario, polici: {} })
}

/** Runs the command; returns what it prints and saves, and the message of its failure. */
const command = (...args: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const printed: Array<string> = []
    const saved = new Map<string, string>()
    const load = (file: string) => {
      const text = files[file]
      if (text === undefined) throw new Error("no such file")
      return text
    }
    const failure = yield* run(args, load, {
      print: (line) => printed.push(line),
      printError: () => {},
      columns: 100,
      rows: 40,
      colours: false,
      redraw: undefined,
      save: (file, text) => Effect.sync(() => void saved.set(file, text))
    }).pipe(Effect.match({ onFailure: ({ message }) => message, onSuccess: () => "" }))
    return { failure, printed, saved }
  }).pipe(Effect.provide(inThisThread))

const Saved = Schema.parseJson(Schema.Struct({ requests: Schema.Int, succeeded: Schema.Int, trace: Schema.String }))

describe("npm run simulate", () => {
  it.effect("prints the figures of a file's scenario, and writes JSON, a chart and the trace", () =>
    Effect.gen(function*() {
      const { failure, printed, saved } = yield* command(
        "good.json",
        "--json",
        "a.json",
        "--svg",
        "a.svg",
        "--trace",
        "a.csv"
      )
      expect(failure).toBe("")
      expect(printed[0]).toMatch(/^two servers: 50 requests in /)
      expect(yield* Schema.decodeUnknown(Saved)(saved.get("a.json"))).toMatchObject({ requests: 50, succeeded: 50 })
      expect(saved.get("a.svg")).toMatch(/^<svg /)
      const lines = saved.get("a.csv")?.trimEnd().split("\n") ?? []
      expect(lines[0]).toBe("request,attempt,sent,demand,start,end,outcome")
      expect(lines).toHaveLength(51)
    }))

  it.effect("lists the gallery, and runs a lesson with its claims", () =>
    Effect.gen(function*() {
      const list = yield* command("--list")
      expect(list.printed.map((line) => line.split(" ", 1)[0])).toEqual(names)
      const { failure, printed } = yield* command("thundering-herd")
      expect(failure).toBe("")
      expect(printed.filter((line) => line.startsWith("holds ")).length).toBeGreaterThan(1)
      expect(printed.filter((line) => line.startsWith("FAILS "))).toEqual([])
    }), 60_000)

  it.effect.each(readdirSync(pictures))(
    "draws the README's picture %s as it is",
    (file) =>
      Effect.gen(function*() {
        const name = file.replace(".svg", "")
        const { saved } = yield* command(name, "--svg", file)
        const draw = `npm run simulate -- ${name} --svg src/predictions/pictures/${file}`
        expect(saved.get(file), draw).toBe(readFileSync(new URL(file, pictures), "utf8"))
        expect(readFileSync(new URL("../../../README.md", import.meta.url), "utf8")).toContain(
          `src/predictions/pictures/${file}`
        )
      }),
    60_000
  )

  it.effect("says what is wrong with its arguments or its file", () =>
    Effect.gen(function*() {
      const failures = [
        [[], "a scenario is missing"],
        [["good.json", "wrong.json"], "one scenario at a time, not good.json and wrong.json"],
        [["good.json", "--fast"], "unknown option --fast"],
        [["good.json", "--json"], "--json needs the name of a file"],
        [["good.json", "--seeds", "0"], "--seeds needs a whole number from 1 to 100, not 0"],
        [["missing.json"], "cannot read missing.json, and no lesson has this name (--list shows them): no such file"],
        [["text.json"], "text.json: must be JSON (RFC 8259)"],
        [["wrong.json"], "upstream.servers: must be a whole number from 1 to 1000000"],
        [["unknown.json"], "unknown.json: polici: extra fields are not permitted here"],
        [["retry-storm", "--trace", "a.csv"], "--trace writes the attempts of one scenario: give its file"]
      ] as const
      for (const [args, message] of failures) {
        const { failure, saved } = yield* command(...args)
        expect([args, failure]).toEqual([args, expect.stringContaining(message)])
        expect(saved.size).toBe(0)
      }
    }))
})
