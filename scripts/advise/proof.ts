import { Console, Data, Effect } from "effect"
import { commandLine } from "../command/commandLine.ts"
import { type Comparison, isMet } from "../oracles/Oracle.ts"
import { proofs } from "./proofs.ts"

/** A claim about the advisor does not hold. */
class Refuted extends Data.TaggedError("Refuted")<{ readonly message: string }> {}

const digits = (value: number): string => value.toFixed(4)

const line = (comparison: Comparison): string => {
  const { expected, figure, got, tolerance } = comparison
  const verdict = isMet(comparison) ? "ok " : "NOT"
  return `  ${verdict} ${figure}: expected ${digits(expected)} within ${digits(tolerance)}, got ${digits(got)}`
}

// `npm run advise:proof`: holds the advisor to an exhaustive grid, to policies that people write, and to unseen samples
commandLine(Effect.gen(function*() {
  let refuted = 0
  for (const { name, parts, source } of proofs) {
    yield* Console.log(`${name} (${source})`)
    for (const part of parts) {
      const comparisons = yield* part
      yield* Console.log(comparisons.map(line).join("\n"))
      refuted += comparisons.filter((comparison) => !isMet(comparison)).length
    }
  }
  if (refuted > 0) return yield* new Refuted({ message: `refuted claims: ${refuted}` })
}))
