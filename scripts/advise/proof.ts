import { Console, Data, Effect } from "effect"
import { commandLine } from "../command/commandLine.ts"
import { isMet } from "../oracles/Oracle.ts"
import { proofs } from "./proofs.ts"

/** A claim about the advisor does not hold. */
class Refuted extends Data.TaggedError("Refuted")<{ readonly message: string }> {}

const digits = (value: number): string => value.toFixed(4)

// `npm run advise:proof`: holds the advisor to an exhaustive grid, to policies that people write, and to unseen samples
commandLine(Effect.gen(function*() {
  let refuted = 0
  for (const { compare, name, source } of proofs) {
    yield* Console.log(`${name} (${source})`)
    for (const comparison of yield* compare) {
      const { expected, figure, got, tolerance } = comparison
      if (!isMet(comparison)) refuted++
      yield* Console.log(
        `  ${isMet(comparison) ? "ok " : "NOT"} ${figure}: expected ${digits(expected)} within ${
          digits(tolerance)
        }, got ${digits(got)}`
      )
    }
  }
  if (refuted > 0) return yield* new Refuted({ message: `refuted claims: ${refuted}` })
}))
