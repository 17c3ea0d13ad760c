import type { Advice, Figures } from "./Advice.ts"
import { gain, holds } from "./comparisons.ts"
import { type Contestant, interval } from "./Contest.ts"
import type { Question, Trouble } from "./Question.ts"
import { states } from "./troubles.ts"

/** The figures of a policy in a scenario. */
export const figuresOf = (contestant: Contestant, trouble: Trouble, question: Question): Figures => ({
  share: interval(contestant, trouble, "share"),
  amplification: interval(contestant, trouble, "amplification"),
  p99: interval(contestant, trouble, "p99"),
  holds: holds(contestant, trouble, question)
})

/** The chosen policy beside the current one, by scenario. */
export const evidenceOf = (
  chosen: Contestant,
  current: Contestant | undefined,
  question: Question,
  troubles: ReadonlyArray<Trouble>
): Advice["evidence"] =>
  troubles.map((scenario) => ({
    scenario,
    says: states[scenario].says,
    advised: figuresOf(chosen, scenario, question),
    ...(current === undefined
      ? {}
      : { current: figuresOf(current, scenario, question), gain: gain(chosen, current, scenario) })
  }))
