import { describe, expect, it } from "@effect/vitest"
import { Context, Duration, Effect, Exit, Layer, Logger, LogLevel, Option } from "effect"
import { catalogue } from "../../../scripts/demos/stage/Catalogue.ts"
import * as Demo from "../../../scripts/demos/stage/Demo.ts"
import { perform } from "../../../scripts/demos/stage/Performance.ts"
import { Stage } from "../../../scripts/demos/stage/Stage.ts"
import { Broken, command, made } from "./staged.ts"

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
      const measured = figures.map(({ concurrency, name }) => [name, concurrency])
      expect(measured).toEqual([["calm", 3], ["busy", 1], ["in all", 3]])
      const busy = figures.find(({ name }) => name === "busy")
      expect(Duration.toMillis(busy?.wall ?? 0)).toBeGreaterThan(49)
      const delay = Option.flatMap(Option.fromNullable(busy), ({ loopDelay }) => loopDelay)
      const late = Option.match(delay, { onNone: () => 0, onSome: ({ max }) => Duration.toMillis(max) })
      expect(late).toBeGreaterThanOrEqual(45)
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
