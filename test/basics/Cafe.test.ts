import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import * as Cafe from "../../src/basics/Cafe.ts"
import { runVirtual } from "../../src/simulation/VirtualClock.ts"
import { logLines } from "../support/logLines.ts"

/** Plays a café in virtual time; returns its lines, each with the virtual minute, and the total time. */
const visit = Effect.fnUntraced(function*(cafe: Effect.Effect<void>) {
  const { layer, lines } = yield* logLines
  const { elapsed } = yield* runVirtual(Effect.provide(cafe, layer), { seed: 1 })
  return { lines: lines.map(([at, line]) => [at / 60_000, line]), elapsed: Duration.toMinutes(elapsed) }
})

describe("Cafe", () => {
  it.effect("lets the second customer wait for the first when the barista blocks", () =>
    Effect.gen(function*() {
      expect(yield* visit(Cafe.synchronous)).toEqual({
        lines: [
          [0, "Person 1: \"Je commande un café\""],
          [0, "Person 2: \"Je veux aussi un café\""],
          [0, "Person 2: attend que Person 1 soit servie"],
          [0, "Person 1: attend 5 minutes"],
          [5, "Person 1: reçoit le café"],
          [5, "Person 2: attend 5 minutes"],
          [10, "Person 2: reçoit le café"]
        ],
        elapsed: 10
      })
    }))

  it.effect("serves both in the time of one coffee when the barista does not", () =>
    Effect.gen(function*() {
      expect(yield* visit(Cafe.asynchronous)).toEqual({
        lines: [
          [0, "Person 1: \"Je commande un café\""],
          [0, "Person 1: va s'asseoir"],
          [0, "Person 2: \"Je commande un café\""],
          [0, "Person 2: va s'asseoir"],
          [0, "Barista: Prépare les deux cafés en parallèle"],
          [5, "Person 1: reçoit le café"],
          [5, "Person 2: reçoit le café"]
        ],
        elapsed: 5
      })
    }))
})
