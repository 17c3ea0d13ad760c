import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { endOfTurn } from "../../../src/platform/scheduler/endOfTurn.ts"

const aTurn = Effect.async<void>((resume) => {
  setImmediate(() => resume(Effect.void))
})

it.live("what a turn has gathered is done at its end, in order; what comes of it, at the end of the next", () =>
  Effect.gen(function*() {
    const done: Array<number> = []
    const add = endOfTurn<number>((n) => {
      done.push(n)
      if (n === 1) add(3)
    })
    add(1)
    add(2)
    expect(done).toEqual([])
    yield* aTurn
    expect(done).toEqual([1, 2])
    yield* aTurn
    expect(done).toEqual([1, 2, 3])
  }))

it.live("a turn ends after 256, and the rest goes on in order", () =>
  Effect.gen(function*() {
    const done: Array<number> = []
    const add = endOfTurn<number>((n) => {
      done.push(n)
      if (n === 0) add(600)
    })
    for (let n = 0; n < 600; n++) add(n)
    const sizes: Array<number> = []
    for (let turn = 0; turn < 4; turn++) {
      yield* aTurn
      sizes.push(done.length)
    }
    expect(sizes).toEqual([256, 512, 601, 601])
    expect(done).toEqual(Array.from({ length: 601 }, (_, n) => n))
  }))
