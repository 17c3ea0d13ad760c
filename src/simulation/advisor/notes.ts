import { type Text, text } from "../../domain/Text.ts"
import type { Policy } from "../../policy/Policy.ts"
import { isWorse, keepsAmplification } from "./comparisons.ts"
import { type Contestant, interval } from "./Contest.ts"
import type { Facts } from "./Facts.ts"
import type { Trouble } from "./Question.ts"
import { samplesNeeded } from "./thinData.ts"
import { percent } from "./words.ts"

/** Runs that are shorter than so many objectives show less of a recovery than they should. */
const objectivesOfRun = 5

const ofCurrent = (
  chosen: Contestant,
  current: Contestant | undefined,
  facts: Facts,
  troubles: ReadonlyArray<Trouble>
): ReadonlyArray<Text> => {
  if (current === undefined) return []
  const { question } = facts
  const beyond = troubles.filter((trouble) => !keepsAmplification(current, trouble, question))
  const worse = troubles.filter((trouble) => isWorse(chosen, current, trouble))
  return [
    ...(mayRunTwice(current.policy) && !question.idempotent
      ? [text(
        "La politique en vigueur peut exécuter deux fois une opération qui n'est pas idempotente.",
        "The current policy may run an operation twice that is not idempotent."
      )]
      : []),
    ...(beyond.length === 0 ? [] : [text(
      `La politique en vigueur fait plus d'essais que permis : ${beyond.join(", ")}.`,
      `The current policy makes more attempts than allowed: ${beyond.join(", ")}.`
    )]),
    ...worse.map((trouble) => {
      const [own, before] = [chosen, current].map((one) => percent(interval(one, trouble, "share").mean))
      return text(
        `Scénario ${trouble} : ${own} des requêtes réussissent à temps, au lieu de ${before} sous la politique en ` +
          "vigueur, qui n'est pas admissible.",
        `Scenario ${trouble}: ${own} of requests succeed in time instead of ${before} under the current policy, which ` +
          "is not admissible."
      )
    })
  ]
}

/** True if a policy can run an operation twice. */
export const mayRunTwice = ({ hedge, retry }: Policy): boolean =>
  hedge !== undefined || (retry !== undefined && retry.attempts > 1)

/** Everything that the reader of an advice should know beside it. */
export const notesOf = (
  chosen: Contestant,
  current: Contestant | undefined,
  facts: Facts,
  troubles: ReadonlyArray<Trouble>,
  perRun: number
): ReadonlyArray<Text> => {
  const { load, question: { capacity }, rate, recorded, timeouts, within } = facts
  const unknown = timeouts.filter(({ millis }) => millis === undefined).map(({ p }) => p)
  return [
    ...(capacity !== undefined && load >= capacity
      ? [text(
        "L'amont ne peut servir toutes les requêtes, sous aucune politique.",
        "The upstream cannot serve all requests, under any policy."
      )]
      : []),
    ...(capacity === undefined
      ? [text(
        "La capacité de l'amont est inconnue : rien n'est dit d'une surcharge.",
        "The capacity of the upstream is unknown: nothing is said of overload."
      )]
      : []),
    ...(recorded !== undefined && recorded.beyond > 0
      ? [text(
        `${
          percent(recorded.beyond)
        } des temps sont plus longs que toute mesure ; le double de la plus longue est supposé.`,
        `${percent(recorded.beyond)} of times are longer than every sample; twice the longest is assumed.`
      )]
      : []),
    ...unknown.map((p) =>
      text(
        `Un délai à p${p * 100} n'est pas essayé : sa borne demande ${samplesNeeded(p)} mesures non abandonnées.`,
        `A timeout at p${p * 100} is not tried: its bound needs ${samplesNeeded(p)} samples that were not given up.`
      )
    ),
    ...(perRun < objectivesOfRun * rate * within
      ? [text(
        "Les simulations sont courtes pour ce débit : augmentez requests.",
        "The simulations are short for this rate: raise requests."
      )]
      : []),
    ...ofCurrent(chosen, current, facts, troubles)
  ]
}
