import { describe, expect, it } from "@effect/vitest"
import { Clock, Data, Duration, Effect, Exit } from "effect"
import { hedged } from "../../src/policy/hedged.ts"
import { runVirtual } from "../../src/simulation/VirtualClock.ts"

class Away extends Data.TaggedError("Away")<{ readonly copy: number }> {
  readonly transient = true
}
class Wrong extends Data.TaggedError("Wrong") {}

interface Copy {
  readonly takes: number
  readonly ends?: "well" | "away" | "wrong"
}

/** Runs hedged copies in virtual time; returns the exit, the time it took, and what became of each copy. */
const run = (copies: ReadonlyArray<Copy>, most = copies.length - 1, mayStart = true) =>
  Effect.gen(function*() {
    const log: Array<string> = []
    let started = 0
    const attempt = Effect.suspend(() => {
      const copy = started++
      const { ends = "well", takes } = copies[copy] ?? { takes: 0 }
      const note = (what: string) =>
        Effect.map(Clock.currentTimeMillis, (now) => void log.push(`${copy} ${what} ${now}`))
      const result: Effect.Effect<number, Away | Wrong> =
        { well: Effect.succeed(copy), away: new Away({ copy }), wrong: new Wrong() }[ends]
      return Effect.sleep(Duration.millis(takes)).pipe(
        Effect.zipRight(result),
        Effect.onExit((exit) =>
          note(Exit.isInterrupted(exit) ? "interrupted" : Exit.isSuccess(exit) ? "won" : "failed")
        )
      )
    })
    const { elapsed, exit } = yield* runVirtual(
      hedged({ after: Duration.millis(50), most }, Effect.succeed(mayStart))(() => attempt),
      { seed: 1 }
    )
    return { exit, millis: Duration.toMillis(elapsed), log }
  })

describe("hedged", () => {
  it.effect("starts no copy of an operation that answers within the time", () =>
    Effect.gen(function*() {
      const { exit, log, millis } = yield* run([{ takes: 50 }, { takes: 1 }])
      expect({ exit, millis, log }).toEqual({ exit: Exit.succeed(0), millis: 50, log: ["0 won 50"] })
    }))

  it.effect("takes the first success, and has interrupted the others when it ends", () =>
    Effect.gen(function*() {
      const { exit, log, millis } = yield* run([{ takes: 1000 }, { takes: 30 }])
      expect({ exit, millis, log }).toEqual({
        exit: Exit.succeed(1),
        millis: 80,
        log: ["1 won 80", "0 interrupted 80"]
      })
    }))

  it.effect("starts one copy after the other, and not more than it may", () =>
    Effect.gen(function*() {
      const { log, millis } = yield* run([{ takes: 1000 }, { takes: 1000 }, { takes: 10 }, { takes: 0 }], 2)
      expect(millis).toBe(110)
      expect(log[0]).toBe("2 won 110")
    }))

  it.effect("waits for a copy that still runs when another fails, and fails with the last one", () =>
    Effect.gen(function*() {
      const saved = yield* run([{ takes: 60, ends: "away" }, { takes: 100 }])
      expect(saved.exit).toEqual(Exit.succeed(1))
      const lost = yield* run([{ takes: 60, ends: "away" }, { takes: 100, ends: "away" }])
      expect(lost.exit).toEqual(Exit.fail(new Away({ copy: 1 })))
      expect(lost.millis).toBe(150)
    }))

  it.effect("fails at once with a failure before the time, and with an error that is not transient", () =>
    Effect.gen(function*() {
      const early = yield* run([{ takes: 10, ends: "away" }, { takes: 0 }])
      expect(early).toMatchObject({ exit: Exit.fail(new Away({ copy: 0 })), millis: 10 })
      const wrong = yield* run([{ takes: 60, ends: "wrong" }, { takes: 100 }])
      expect(wrong).toMatchObject({ exit: Exit.fail(new Wrong()), millis: 60 })
    }))

  it.effect("starts no copy where it may not", () =>
    Effect.gen(function*() {
      const { exit, millis } = yield* run([{ takes: 1000 }, { takes: 0 }], 1, false)
      expect({ exit, millis }).toEqual({ exit: Exit.succeed(0), millis: 1000 })
    }))
})
