import { expect, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { turnEnded } from "../../../src/domain/turnEnded.ts"
import { endOfTurn } from "../../../src/platform/scheduler/endOfTurn.ts"
import { turn } from "../../support/turn.ts"

it.live("work gathered in a turn runs at its end, in order, and work that follows from it at the end of the next", () =>
  Effect.gen(function*() {
    const done: Array<number> = []
    const add = endOfTurn<number>((n) => {
      done.push(n)
      if (n === 1) add(3)
    })
    add(1)
    add(2)
    expect(done).toEqual([])
    yield* turn
    expect(done).toEqual([1, 2])
    yield* turn
    expect(done).toEqual([1, 2, 3])
  }))

it.live("a turn ends when its limit is reached, and the rest follows in order", () =>
  Effect.gen(function*() {
    const done: Array<number> = []
    const add = endOfTurn<number>((n) => {
      done.push(n)
      if (n === 0) add(600)
    }, 256)
    for (let n = 0; n < 600; n++) add(n)
    const sizes: Array<number> = []
    for (let round = 0; round < 4; round++) {
      yield* turn
      sizes.push(done.length)
    }
    expect(sizes).toEqual([256, 512, 601, 601])
    expect(done).toEqual(Array.from({ length: 601 }, (_, n) => n))
  }))

it.live("work gathered in a turn runs before its end is reported", () =>
  Effect.gen(function*() {
    const done: Array<string> = []
    const add = endOfTurn<string>((item) => done.push(item))
    const told = yield* Effect.fork(Effect.andThen(turnEnded, Effect.sync(() => done.push("ended"))))
    add("first")
    yield* Effect.yieldNow()
    add("second")
    yield* Fiber.join(told)
    expect(done).toEqual(["first", "second", "ended"])
  }))
