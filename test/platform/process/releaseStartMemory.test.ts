import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Option, TestClock } from "effect"
import { IncomingMessage, ServerResponse } from "node:http"
import { Socket } from "node:net"
import { getHeapSpaceStatistics } from "node:v8"
import { Lifecycle } from "../../../src/platform/lifecycle/Lifecycle.ts"
import { releaseStartMemory } from "../../../src/platform/process/releaseStartMemory.ts"

/** Bytes that V8 keeps for new objects. */
const newSpace = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? 0

/** So much that V8 widens the space for new objects. */
const objects = () => Array.from({ length: 1_000_000 }, (_, index) => ({ index }))

/** Makes much that is garbage then; answers what tells whether it is still there. */
const start = () => new WeakRef(objects())

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

  it.effect("leaves a server alone that has a request under way", () =>
    Effect.gen(function*() {
      const { begin } = yield* Lifecycle
      begin(response())
      start()
      const widened = newSpace()
      const released = yield* Effect.fork(releaseStartMemory)
      yield* TestClock.adjust("500 millis")
      yield* Fiber.join(released)
      expect(newSpace()).toBeGreaterThan(widened / 2)
    }).pipe(Effect.provide(Lifecycle.layer)))

  it.effect("leaves a server alone that has begun to work", () =>
    Effect.gen(function*() {
      const released = yield* Effect.fork(releaseStartMemory)
      yield* TestClock.adjust("499 millis")
      const work = objects()
      const widened = newSpace()
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(released)
      expect(newSpace()).toBeGreaterThan(widened / 2)
      expect(work.length).toBe(1_000_000)
    }).pipe(Effect.provide(Lifecycle.layer)))
})
