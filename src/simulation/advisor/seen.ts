import type { Advice } from "./Advice.ts"
import { littleLimit } from "./candidates.ts"
import type { Facts } from "./Facts.ts"

const rounded = (value: number): number => Number(value.toFixed(3))

/** The upstream as the advisor saw it, for the reader of an advice. */
export const seen = (facts: Facts): Advice["upstream"] => ({
  mean: rounded(facts.mean),
  p50: rounded(facts.at(0.5)),
  p99: rounded(facts.at(0.99)),
  ...(facts.recorded === undefined ? {} : { samples: facts.recorded.count }),
  load: rounded(facts.load),
  concurrency: littleLimit(facts),
  falseTimeouts: facts.timeouts.flatMap(({ millis, p }) =>
    millis === undefined ? [] : [{ share: Number((1 - p).toFixed(6)), millis }]
  )
})
