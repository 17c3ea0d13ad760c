import { expect, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { callers } from "../../src/lab/parts/callers.ts"

it.effect("callers work to their ends; a defect of one is that of all, and an interruption is its own", () =>
  Effect.gen(function*() {
    const ended: Array<number> = []
    const all = (first: Effect.Effect<void>) =>
      Effect.exit(
        callers(
          3,
          (caller) => Effect.ensuring(caller === 1 ? first : Effect.void, Effect.sync(() => ended.push(caller)))
        )
      )
    expect(yield* all(Effect.die("broken"))).toEqual(Exit.die("broken"))
    expect(ended).toEqual([1, 2, 3])
    expect(yield* all(Effect.interrupt)).toEqual(Exit.void)
  }))
