import { type Text, text } from "../../domain/Text.ts"
import type { Policy } from "../../policy/Policy.ts"
import type { Fault, Scenario } from "../Scenario.ts"
import type { Facts } from "./Facts.ts"
import type { Trouble } from "./Question.ts"

/** A state of the upstream. Its times are shares of a run. */
interface State {
  readonly says: Text
  readonly fault?: Omit<Fault, "from" | "to">
  readonly faultFrom: number
  readonly faultTo: number
  /** Requests that arrive earlier do not count. */
  readonly countedFrom: number
  /** Weighs the successes of this state: for most of its life, an upstream is in health. */
  readonly weight: number
}

/** Long after the last answer of any run. */
const toTheEnd = 1_000

/** The states of the upstream in which every policy is tried. */
export const states: Readonly<Record<Trouble, State>> = {
  healthy: {
    says: text("L'amont est en bonne santé.", "The upstream is in health."),
    faultFrom: 0,
    faultTo: 0,
    countedFrom: 0.1,
    weight: 0.9
  },
  "partial failure": {
    says: text("Un essai sur cinq échoue.", "One attempt of five fails."),
    fault: { failure: 0.2 },
    faultFrom: 0,
    faultTo: toTheEnd,
    countedFrom: 0.1,
    weight: 0.04
  },
  brownout: {
    says: text("Chaque service prend trois fois plus de temps.", "Each service takes three times as long."),
    fault: { slower: 3 },
    faultFrom: 0,
    faultTo: toTheEnd,
    countedFrom: 0.1,
    weight: 0.03
  },
  dead: {
    says: text("L'amont refuse tout.", "The upstream refuses everything."),
    fault: { down: true },
    faultFrom: 0,
    faultTo: toTheEnd,
    countedFrom: 0.1,
    // no policy succeeds; only the attempts are compared
    weight: 0
  },
  recovery: {
    says: text(
      "L'amont a été dix fois plus lent, et vient de se remettre.",
      "The upstream was ten times as slow, and has just recovered."
    ),
    fault: { slower: 10 },
    faultFrom: 0.2,
    faultTo: 0.4,
    countedFrom: 0.5,
    weight: 0.03
  }
}

const nanosPerMilli = 1_000_000

/** The run of a policy in a state, with so many requests. */
export const scenarioOf = (facts: Facts, trouble: Trouble, policy: Policy, requests: number): Scenario => {
  const { countedFrom, fault, faultFrom, faultTo } = states[trouble]
  const length = requests / facts.rate * nanosPerMilli
  const faults = fault && [{ ...fault, from: Math.round(faultFrom * length), to: Math.round(faultTo * length) }]
  return {
    requests,
    warmup: Math.round(countedFrom * length),
    arrivals: { kind: "poisson", rate: facts.question.rate },
    upstream: faults === undefined ? facts.upstream : { ...facts.upstream, faults },
    policy
  }
}
