import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Option, TestClock } from "effect"
import { IncomingMessage, ServerResponse } from "node:http"
import { Socket } from "node:net"
import { getHeapSpaceStatistics } from "node:v8"
import { Lifecycle } from "../../../src/platform/lifecycle/Lifecycle.ts"
import { releaseStartMemory } from "../../../src/platform/lifecycle/releaseStartMemory.ts"

/** Bytes that V8 keeps for new objects. */
const newSpace = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? 0

/** Makes so much that stays for a while that V8 widens the space for new objects; answers one of it, which is garbage then. */
const start = () => {
  const made = Array.from({ length: 1_000_000 }, (_, index) => ({ index }))
  return new WeakRef(made)
}

/** Of a request that waits for nothing but its answer. */
const response = () => new ServerResponse(new IncomingMessage(new Socket()))

describe("releaseStartMemory", () => {
  it.effect("collects the start's garbage and gives back what V8 keeps for new objects, half a second later", () =>
    Effect.gen(function*() {
      const garbage = start()
      const widened = newSpace()
      const released = yield* Effect.fork(releaseStartMemory)
      yield* TestClock.adjust("499 millis")
      expect(Option.isNone(yield* Fiber.poll(released))).toBe(true)
      expect(newSpace()).toBe(widened)
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(released)
      expect(garbage.deref()).toBeUndefined()
      expect(newSpace()).toBeLessThan(widened / 2)
    }).pipe(Effect.provide(Lifecycle.layer)))

  it.effect("lets the requests end that are under way", () =>
    Effect.gen(function*() {
      const { begin } = yield* Lifecycle
      const answer = response()
      const ended = begin(answer)
      const garbage = start()
      const released = yield* Effect.fork(releaseStartMemory)
      yield* TestClock.adjust("1 minute")
      expect(Option.isNone(yield* Fiber.poll(released))).toBe(true)
      answer.emit("close")
      ended()
      yield* Fiber.join(released)
      expect(garbage.deref()).toBeUndefined()
    }).pipe(Effect.provide(Lifecycle.layer)))
})
