import { describe, expect, it } from "@effect/vitest"
import { Context, Data, Deferred, Duration, Effect, Exit, Layer, Logger, LogLevel, Option, Schema } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { catalogue } from "../../scripts/demos/stage/Catalogue.ts"
import * as CommandLine from "../../scripts/demos/stage/CommandLine.ts"
import * as Demo from "../../scripts/demos/stage/Demo.ts"
import { perform } from "../../scripts/demos/stage/Performance.ts"
import { Stage } from "../../scripts/demos/stage/Stage.ts"
import { violations } from "../../src/timeline/conservation.ts"
import { Timeline } from "../../src/timeline/Timeline.ts"

/** Runs the command; returns its exit code and output. */
const command = Effect.fnUntraced(function*(demos: ReadonlyArray<Demo.Demo>, ...args: ReadonlyArray<string>) {
  const printed: Array<string> = []
  const errors: Array<string> = []
  const saved = new Map<string, string>()
  const code = yield* CommandLine.run(demos, args, {
    print: (line) => printed.push(line),
    printError: (line) => errors.push(line),
    columns: 80,
    rows: 40,
    colours: false,
    redraw: undefined,
    save: (file, text) => Effect.sync(() => void saved.set(file, text))
  })
  return { code, saved, printed, output: printed.join("\n"), errors: errors.join("\n") }
})

/** The name, wall time in milliseconds and largest concurrency of each part and, last, of the whole. */
const virtualFigures = {
  "cafe": [["synchronous", 600_000, 1], ["asynchronous", 300_000, 2], ["in all", 900_000, 2]],
  "sequential-and-parallel": [["sequential", 6000, 1], ["parallel", 3000, 2], ["in all", 9000, 2]],
  "external-good": [["one call", 2000, 1], ["three calls", 1000, 3], ["in all", 3000, 3]],
  "external-safe": [["in all", 5000, 3]],
  "retry": [["in vain", 3000, 1], ["recovered", 3000, 1], ["in all", 6000, 1]],
  "timeout": [["5 s", 5000, 1], ["12 s", 10_000, 1], ["in all", 15_000, 1]],
  "semaphore": [["in all", 4000, 3]],
  "policy-queue": [
    ["helps, without", 6000, 1],
    ["helps, with", 3400, 1],
    ["harms, without", 2000, 1],
    ["harms, with", 500, 1],
    ["in all", 11_900, 1]
  ],
  "policy-permit": [
    ["helps, without", 3080, 2],
    ["helps, with", 1060, 2],
    ["harms, without", 3080, 2],
    ["harms, with", 1060, 2],
    ["in all", 8280, 2]
  ],
  "policy-jitter": [
    ["helps, without", 3200, 30],
    ["helps, with", 1099, 30],
    ["harms, without", 1020, 10],
    ["harms, with", 945, 10],
    ["in all", 6264, 30]
  ],
  "policy-retry-after": [
    ["helps, without", 1030, 5],
    ["helps, with", 3020, 5],
    ["harms, without", 1030, 5],
    ["harms, with", 10, 5],
    ["in all", 5090, 5]
  ],
  "policy-budget": [
    ["helps, without", 1330, 8],
    ["helps, with", 1020, 4],
    ["harms, without", 149, 11],
    ["harms, with", 130, 11],
    ["in all", 2629, 11]
  ],
  "policy-breaker": [
    ["helps, without", 3900, 11],
    ["helps, with", 2900, 11],
    ["harms, without", 3910, 1],
    ["harms, with", 3900, 1],
    ["in all", 14_610, 11]
  ],
  "policy-hedge": [
    ["helps, without", 5500, 2],
    ["helps, with", 4920, 2],
    ["harms, without", 1840, 2],
    ["harms, with", 3000, 26],
    ["in all", 15_260, 26]
  ],
  "policy-rate": [
    ["helps, without", 99, 10],
    ["helps, with", 999, 1],
    ["harms, without", 10, 20],
    ["harms, with", 1010, 1],
    ["in all", 2118, 20]
  ],
  "policy-adaptive": [
    ["helps, without", 25_000, 20],
    ["helps, with", 8181.25, 20],
    ["harms, without", 900, 20],
    ["harms, with", 12_000, 20],
    ["in all", 46081.25, 20]
  ],
  "partial-errors": [["in all", 100, 5]]
} as const

/** The programs of the demos, a file each. */
const programs = readdirSync(new URL("../../scripts/demos", import.meta.url)).filter((name) => name.endsWith(".ts"))

/** The pictures in the README. */
const pictures = new URL("../../src/timeline/pictures/", import.meta.url)

/** A demo that has only its program. */
const made = <E>(program: Effect.Effect<void, E, Stage>, needs: Demo.Needs = "clock") =>
  Demo.make({
    name: "made",
    shows: ["first line", "second line"],
    needs,
    operations: ["work"],
    services: Layer.empty,
    program
  })

class Broken extends Data.TaggedError("Broken") {}

describe("the demos in virtual time", () => {
  it("are those that depend only on the clock", () => {
    const onClock = catalogue.filter(({ needs }) => needs === "clock").map(({ name }) => name)
    expect(onClock.toSorted()).toEqual(Object.keys(virtualFigures).toSorted())
  })

  for (const [name, expected] of Object.entries(virtualFigures)) {
    it.effect(`${name} takes its time and reaches its concurrency, without waiting`, () =>
      Effect.gen(function*() {
        const demo = catalogue.find((demo) => demo.name === name)
        if (demo === undefined) return expect.fail(`there is no demo ${name}`)
        const { exit, figures } = yield* perform(demo, { mode: "virtual", print: () => {} })
        expect(exit).toEqual(Exit.void)
        expect(figures.map((row) => [row.name, Duration.toMillis(row.wall), row.concurrency])).toEqual(expected)
        expect(figures.every(({ loopDelay }) => Option.isNone(loopDelay))).toBe(true)
      }))
  }

  /** Numbers of fibers depend on what else the process has run. */
  const unnumbered = (svg: string) => svg.replaceAll(/(#|fibers? )\d+(?:,\d+)*/g, "$1N")

  it.effect.each(readdirSync(pictures))(
    "are shown in the README as they are drawn now: %s",
    (file) =>
      Effect.gen(function*() {
        const name = file.replace(".svg", "")
        const { saved } = yield* command(catalogue, name, "--virtual", "--svg", file)
        const shown = readFileSync(new URL(file, pictures), "utf8")
        const draw = `npm run demo -- ${name} --virtual --svg src/timeline/pictures/${file}`
        expect(unnumbered(saved.get(file) ?? ""), draw).toBe(unnumbered(shown))
        expect(readFileSync(new URL("../../README.md", import.meta.url), "utf8")).toContain(
          `src/timeline/pictures/${file}`
        )
      })
  )

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

  it.effect.each(
    [
      ["policy-queue", [
        "11 served, 49 served too late",
        "34 served, 26 queue full",
        "20 served",
        "15 queue full, 5 served"
      ]],
      ["policy-permit", ["4 failed, 6 served", "10 served", "4 failed, 6 served", "10 failed"]],
      ["policy-jitter", ["20 served, 10 failed", "30 served", "10 served", "10 failed"]],
      ["policy-retry-after", ["5 failed", "5 served", "5 served", "5 failed"]],
      ["policy-budget", ["100 failed; 400 calls", "100 failed; 119 calls", "30 served", "19 failed, 11 served"]],
      ["policy-breaker", [
        "30 timed out after 1 second",
        "13 timed out after 1 second, 17 breaker open",
        "32 failed, 8 served",
        "3 failed, 37 breaker open"
      ]],
      ["policy-hedge", [
        "50 served; 50 calls; the longest answer took 1000 ms",
        "50 served; 55 calls; the longest answer took 70 ms",
        "30 served; 30 calls; the longest answer took 100 ms",
        "30 served; 60 calls; the longest answer took 1260 ms"
      ]],
      ["policy-rate", ["1 served, 9 failed", "10 served", "20 served", "9 rate limited, 11 served"]],
      ["policy-adaptive", [
        "200 served; 200 calls; the longest answer took 25000 ms",
        "200 served; 200 calls; the longest answer took 8181.25 ms",
        "60 served; 60 calls; the longest answer took 900 ms",
        "60 served; 60 calls; the longest answer took 12000 ms"
      ]]
    ] as const
  )("show a kind of policy that helps, and then harms: %s", ([name, expected]) =>
    Effect.gen(function*() {
      const { printed } = yield* command(catalogue, name, "--virtual")
      const told = printed.flatMap((line) => /^\[.*\] of \d+: (.*)$/.exec(line)?.[1] ?? [])
      expect(told).toEqual(expected.map((start) => expect.stringMatching(new RegExp(`^${start}(;|$)`))))
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

  for (const { name, needs } of catalogue.filter(({ needs }) => needs === "clock")) {
    it.effect(`${name} is conserved, and as long as what was measured (${needs})`, () =>
      Effect.gen(function*() {
        const demo = catalogue.find((one) => one.name === name)
        if (demo === undefined) return expect.fail(name)
        const { figures, timeline } = yield* perform(demo, { mode: "virtual", print: () => {} })
        if (timeline === undefined) return expect.fail("nothing was recorded")
        expect(violations(timeline)).toEqual([])
        expect(timeline.lost).toEqual({ fibers: 0, spans: 0, events: false })
        expect(timeline.duration_ns / 1e6).toBe(Duration.toMillis(figures.at(-1)?.wall ?? 0))
      }))
  }
})

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

describe("a live demo", () => {
  it.live("measures wall time, concurrency and the delay of the event loop", () =>
    Effect.gen(function*() {
      const work = Effect.withSpan(Effect.yieldNow(), "work")
      const burn = Effect.sync(() => {
        const until = performance.now() + 50
        while (performance.now() < until);
      })
      const demo = made(Effect.gen(function*() {
        const { part } = yield* Stage
        yield* part("calm", Effect.all([work, work, work], { concurrency: 3 }))
        yield* part("busy", Effect.zipRight(work, burn))
      }))
      const { exit, figures } = yield* perform(demo, { mode: "live", print: () => {} })
      expect(exit).toEqual(Exit.void)
      expect(figures.map(({ concurrency, name }) => [name, concurrency])).toEqual([["calm", 3], ["busy", 1], [
        "in all",
        3
      ]])
      const busy = figures.find(({ name }) => name === "busy")
      expect(Duration.toMillis(busy?.wall ?? 0)).toBeGreaterThan(49)
      const late = Option.map(Option.fromNullable(busy).pipe(Option.flatMap(({ loopDelay }) => loopDelay)), ({ max }) =>
        Duration.toMillis(max))
      expect(Option.getOrElse(late, () =>
        0)).toBeGreaterThanOrEqual(45)
    }))

  it.live("counts operations in flight in a server that it starts", () =>
    Effect.gen(function*() {
      const chat = yield* Option.fromNullable(catalogue.find(({ name }) => name === "chat"))
      const { exit, figures } = yield* perform(chat, { mode: "live", print: () => {} })
      expect(exit).toEqual(Exit.void)
      expect(figures[0]).toMatchObject({ name: "three messages", concurrency: 3 })
    }))

  it.live("prints the product's log lines, though a server among its services has silenced its own log", () =>
    Effect.gen(function*() {
      const demo = Demo.make({
        name: "made",
        shows: ["", ""],
        needs: "sockets",
        operations: [],
        services: Layer.merge(Logger.minimumLogLevel(LogLevel.None), Logger.json),
        program: Effect.logInfo("Début tâche sync")
      })
      const { printed } = yield* command([demo], "made")
      expect(printed.filter((line) => line.endsWith(" s] Début tâche sync"))).toHaveLength(1)
    }))

  it.live("runs by a clock of its pace", () =>
    Effect.gen(function*() {
      const hour = { ...made(Effect.sleep("1 hour")), pace: 3_600_000 }
      const { figures } = yield* perform(hour, { mode: "live", print: () => {} })
      expect(Duration.toHours(figures[0]?.wall ?? 0)).toBeGreaterThanOrEqual(1)
    }))

  it.live("fails with the cause of its program or services, and releases its resources", () =>
    Effect.gen(function*() {
      const failing = yield* command([made(Effect.fail(new Broken()))], "made")
      expect(failing.code).toBe(1)
      expect(failing.output).toContain("made failed: Broken")

      class Service extends Context.Tag("test/Service")<Service, string>() {}
      let released = false
      const resource = Effect.acquireRelease(Effect.succeed("open"), () => Effect.sync(() => (released = true)))
      const services = Layer.scoped(Service, Effect.zipRight(resource, new Broken()))
      const unprepared = Demo.make({
        name: "unprepared",
        shows: ["", ""],
        needs: "sockets",
        operations: [],
        services,
        program: Effect.asVoid(Service)
      })
      const broken = yield* command([unprepared], "unprepared")
      expect(broken.code).toBe(1)
      expect(broken.output).toContain("unprepared failed: Broken")
      expect(released).toBe(true)
    }))
})
