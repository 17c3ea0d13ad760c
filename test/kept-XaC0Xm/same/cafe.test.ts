// Kept from a recording: cafe, in virtual time.
// The upstream answers as it did then. A red line tells where the product no longer does what it did.
import * as Cafe from "#src/basics/Cafe.ts"
import { replay } from "#test/support/replay.ts"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"

it.effect("Cafe.synchronous, Cafe.asynchronous as recorded", () =>
  Effect.gen(function*() {
    const { duration, moments } = yield* replay([
      [0, Cafe.synchronous],
      [600000, Cafe.asynchronous]
    ])
    expect(moments).toEqual([
      [0, "Cafe.prepare begins"],
      [0, "Cafe.synchronous begins"],
      [300000, "Cafe.prepare begins"],
      [300000, "Cafe.prepare ends"],
      [600000, "Cafe.asynchronous begins"],
      [600000, "Cafe.prepare begins"],
      [600000, "Cafe.prepare begins"],
      [600000, "Cafe.prepare ends"],
      [600000, "Cafe.synchronous ends"],
      [900000, "Cafe.asynchronous ends"],
      [900000, "Cafe.prepare ends"],
      [900000, "Cafe.prepare ends"]
    ])
    expect(duration).toBe(900000)
  }))
