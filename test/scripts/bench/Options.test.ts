import { expect, it } from "@effect/vitest"
import { Either } from "effect"
import { optionsOf } from "../../../scripts/bench/suite/options.ts"
import type { Row } from "../../../scripts/bench/suite/Row.ts"

const rows = ["a", "b", "c"].map((name): Row => ({ name, title: name, figures: [], contenders: [] }))

it("a run without row names runs all rows in order", () => {
  expect(Either.getOrThrow(optionsOf([], rows))).toMatchObject({ rows, rounds: 5, seconds: 1, from: [] })
  const some = Either.getOrThrow(optionsOf(["--row", "c", "--row", "a", "--rounds", "7"], rows))
  expect(some.rows.map(({ name }) => name)).toEqual(["a", "c"])
  expect(some.rounds).toBe(7)
})

it.each([
  [["--row", "d"], `no row "d"; there are a, b, c`],
  [["--rounds", "0"], `--rounds: "0" is not a whole number from 1 to 100`],
  [["--seconds", "1.5"], `--seconds: "1.5" is not a whole number from 1 to 60`],
  [["--fast"], "Unknown option '--fast'"]
])("%j is refused and the options are named", (args, why) => {
  const { message } = Either.getOrThrow(Either.flip(optionsOf(args, rows)))
  expect(message.startsWith(why)).toBe(true)
  expect(message).toContain("--list")
})
