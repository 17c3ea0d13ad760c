import { SqlError } from "@effect/sql"
import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, TestClock } from "effect"
import * as DatabaseCounters from "../../../../src/platform/sql/DatabaseCounters.ts"
import { waitForLockFor } from "../../../../src/platform/sql/sqlite/waitForLock.ts"

const failure = (code: string) =>
  new SqlError.SqlError({ cause: Object.assign(new Error(code), { code }), message: code })

/** A statement that fails the given number of times, and counts its runs. */
const failing = (code: string, times: number) => {
  const state = { runs: 0 }
  const statement = Effect.suspend(() => {
    state.runs++
    return state.runs > times ? Exit.succeed("done") : Exit.fail(failure(code))
  })
  return { state, statement }
}

const waiting = (statement: Effect.Effect<string, SqlError.SqlError>) => {
  const counters = DatabaseCounters.make()
  return { counters, patient: waitForLockFor(Duration.seconds(2), counters)(statement) }
}

describe("a statement that meets another connection's lock", () => {
  for (
    const code of ["SQLITE_BUSY", "SQLITE_BUSY_RECOVERY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_LOCKED", "SQLITE_PROTOCOL"]
  ) {
    it.effect(`is tried again after pauses and keeps no event loop (${code})`, () =>
      Effect.gen(function*() {
        const { state, statement } = failing(code, 5)
        const { counters, patient } = waiting(statement)
        const fiber = yield* Effect.fork(patient)
        yield* Effect.yieldNow()
        expect(state.runs).toBeLessThan(5)
        yield* TestClock.adjust("100 millis")
        expect(yield* Fiber.join(fiber)).toBe("done")
        expect([state.runs, counters.lockTimeouts]).toEqual([6, 0])
      }))
  }

  it.effect("fails with its last failure when its time is over", () =>
    Effect.gen(function*() {
      const { state, statement } = failing("SQLITE_BUSY", Number.POSITIVE_INFINITY)
      const { counters, patient } = waiting(statement)
      const fiber = yield* Effect.fork(Effect.flip(patient))
      yield* TestClock.adjust("1900 millis")
      expect((yield* Fiber.poll(fiber))._tag).toBe("None")
      yield* TestClock.adjust("125 millis")
      expect((yield* Fiber.join(fiber)).message).toBe("SQLITE_BUSY")
      expect(state.runs).toBeGreaterThan(50)
      expect([counters.lockTimeouts, counters.lockRetries > 50]).toEqual([1, true])
    }))

  it.effect("is given up by an interruption", () =>
    Effect.gen(function*() {
      const { patient } = waiting(failing("SQLITE_BUSY", Number.POSITIVE_INFINITY).statement)
      const fiber = yield* Effect.fork(patient)
      yield* TestClock.adjust("1 second")
      expect(Exit.isInterrupted(yield* Fiber.interrupt(fiber))).toBe(true)
    }))

  it.effect("fails at once for any other reason", () =>
    Effect.gen(function*() {
      for (const code of ["SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_CONSTRAINT_UNIQUE"]) {
        const { state, statement } = failing(code, 1)
        expect((yield* Effect.flip(waiting(statement).patient)).message).toBe(code)
        expect(state.runs).toBe(1)
      }
    }))
})
