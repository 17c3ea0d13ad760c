import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Exit } from "effect"
import * as PolicyInterpreter from "../../src/policy/PolicyInterpreter.ts"
import { PolicyTimeout } from "../../src/policy/PolicyTimeout.ts"

const timers = Effect.sync(() =>
  process.getActiveResourcesInfo().filter((kind) => kind === "Timeout" || kind === "Immediate").length
)

const hanging = Effect.async<never>(() => {})

const transformer = (policy: Parameters<typeof PolicyInterpreter.make>[0]) =>
  Effect.map(PolicyInterpreter.make(policy), ({ apply }) => apply())

describe("A policy by the live clock", () => {
  it.live("times out, unless the operation is due at the same time", () =>
    Effect.gen(function*() {
      const apply = yield* transformer({ timeout: Duration.millis(5) })
      const timedOut = Exit.fail(new PolicyTimeout({ after: Duration.millis(5) }))
      expect(yield* Effect.exit(apply(hanging))).toEqual(timedOut)
      expect(yield* Effect.exit(apply(Effect.sleep("5 millis")))).toEqual(Exit.void)
    }))

  it.live("leaves no timer behind that would keep the process alive", () =>
    Effect.gen(function*() {
      const apply = yield* transformer({
        timeout: Duration.hours(1),
        attemptTimeout: Duration.millis(1),
        retry: { attempts: 2, backoff: { kind: "constant", base: Duration.millis(1) } }
      })
      const patient = yield* transformer({ timeout: Duration.hours(1), attemptTimeout: Duration.hours(1) })
      const before = yield* timers
      yield* Effect.exit(apply(hanging))
      yield* Effect.exit(patient(Effect.yieldNow()))
      yield* Effect.exit(patient(Effect.fail("no")))
      yield* Effect.exit(patient(Effect.die("bug")))
      yield* Effect.exit(patient(Effect.interrupt))
      yield* Effect.exit(patient(Effect.fail("no"), () => {
        throw new Error("a hook that throws")
      }))
      yield* Effect.exit(patient(Effect.fail({
        get transient(): boolean {
          throw new Error("an error that throws")
        }
      })))
      yield* Effect.raceFirst(patient(hanging), Effect.sleep("1 millis"))
      // timers of other tests of this process may end meanwhile
      expect(yield* timers).toBeLessThanOrEqual(before)
    }))
})
