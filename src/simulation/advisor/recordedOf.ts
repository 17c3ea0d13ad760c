import { Either } from "effect"
import { NoLatencies, ThinData } from "./AdviceRefused.ts"
import { timeoutQuantiles, tooFewSamples } from "./Facts.ts"
import type { Question, Recorded } from "./Question.ts"
import { type RecordedTimes, recordedTimes } from "./recordedTimes.ts"

/** The times that a question gives itself, or that were given beside it; undefined where it has a model. */
const given = (
  { upstream }: Question,
  beside: Recorded | undefined
): Either.Either<Recorded | undefined, NoLatencies> => {
  if ("service" in upstream) return Either.right(undefined)
  if ("values" in upstream) return Either.right(upstream)
  const from = "file" in upstream ? "file" : "measured"
  return beside === undefined ? Either.left(new NoLatencies({ from })) : Either.right(beside)
}

const [lowest] = timeoutQuantiles

/** Prepares the times of a question, or refuses those that are too few, or too often given up. */
export const recordedOf = (
  question: Question,
  beside: Recorded | undefined
): Either.Either<RecordedTimes | undefined, NoLatencies | ThinData> =>
  Either.flatMap(given(question, beside), (recorded) => {
    if (recorded === undefined) return Either.right(undefined)
    const samples = recorded.values.length + (recorded.longer ?? []).length
    const givenUp = samples === 0 ? 0 : (recorded.longer ?? []).length / samples
    const needed = tooFewSamples(question, samples)
    if (needed !== undefined) {
      const quantile = Math.max(question.objective.share, lowest)
      return Either.left(new ThinData({ samples, needed, quantile, givenUp }))
    }
    const times = recordedTimes(recorded)
    return times.bound(lowest) === undefined
      ? Either.left(new ThinData({ samples, needed: samples, quantile: lowest, givenUp }))
      : Either.right(times)
  })
