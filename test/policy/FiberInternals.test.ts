import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as FiberInternals from "../../src/policy/FiberInternals.ts"

describe("FiberInternals", () => {
  it.effect("finds every private part that policies need in this version of Effect", () => FiberInternals.check())

  it.effect.each(
    [
      [{ childrenOf: () => [] }, "a fiber to tell its children"],
      [{ isFresh: () => false }, "a fiber to tell that nothing hangs on it"],
      [{ forksElsewhere: () => false }, "an item of Effect.forEach to tell where it forks"]
    ] as const
  )("fails in one line under a version that lacks %o", ([lacking, missing]) =>
    Effect.gen(function*() {
      const { message } = yield* Effect.flip(FiberInternals.check({ ...FiberInternals.parts, ...lacking }))
      expect(message).toMatch(/^effect \d+\.\d+\.\d+: policies need .* see src\/policy\/FiberInternals\.ts$/)
      expect(message).toContain(missing)
    }))

  it.effect.each(["_children", "_steps"])(
    "takes no fiber for fresh that lacks %s",
    (part) =>
      Effect.withFiberRuntime<void>((fiber) => {
        const lacking = new Proxy(fiber, { has: (target, name) => name !== part && name in target })
        expect([FiberInternals.isFresh(fiber), FiberInternals.isFresh(lacking)]).toEqual([true, false])
        return Effect.void
      }).pipe(Effect.fork, Effect.flatMap(Fiber.join))
  )
})
