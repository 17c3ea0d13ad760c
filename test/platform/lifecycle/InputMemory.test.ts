import { expect, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { InputMemory } from "../../../src/platform/lifecycle/InputMemory.ts"

const memory = InputMemory.layer(100)

it.effect("refuses the newcomer until the oldest is ten seconds old, which is then dropped", () =>
  Effect.gen(function*() {
    const { open, refused, used } = yield* InputMemory
    const gone: Array<string> = []
    const holder = (name: string) => {
      const holding = open(() => {
        gone.push(name)
        holding.close()
      })
      return holding
    }
    const oldest = holder("oldest")
    expect(oldest.hold(40)).toBe(true)
    expect(oldest.hold(60)).toBe(true)
    yield* TestClock.adjust("5 seconds")
    const second = holder("second")
    expect(second.hold(40)).toBe(true)
    const third = holder("third")
    expect(third.hold(1)).toBe(false)
    expect([used(), refused(), gone]).toEqual([100, 1, []])
    yield* TestClock.adjust("5001 millis")
    expect(third.hold(50)).toBe(true)
    expect([used(), gone]).toEqual([90, ["oldest"]])
    expect(third.hold(70)).toBe(false)
    expect(oldest.hold(1)).toBe(false)
    second.close()
    third.close()
    third.close()
    expect(used()).toBe(0)
  }).pipe(Effect.provide(memory)))

it.effect("never drops an input for itself", () =>
  Effect.gen(function*() {
    const { open, used } = yield* InputMemory
    const alone = open(() => undefined)
    yield* TestClock.adjust("1 minute")
    expect(alone.hold(101)).toBe(false)
    expect(used()).toBe(0)
  }).pipe(Effect.provide(memory)))
