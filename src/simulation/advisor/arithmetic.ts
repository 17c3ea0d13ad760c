import { counted } from "../../domain/counted.ts"
import { type Text, text } from "../../domain/Text.ts"
import { type Facts, pausesOf } from "./Facts.ts"
import type { Shape } from "./Shape.ts"

/** Writes a number with at most three digits behind the point. */
export const figure = (value: number): string => String(Number(value.toFixed(3)))

const attemptsOf = (value: number): Text => counted(Number(figure(value)), "essai", "attempt")
const placesOf = (value: number): Text => counted(Number(figure(value)), "place", "place")

/** Forgives rounding in comparisons of times and ratios. */
const rounding = 1e-9

const againstTwice = (shape: Shape, { question }: Facts): Text | undefined => {
  if (question.idempotent) return undefined
  if (shape.hedgeAfter !== undefined) {
    return text(
      "Une copie exécuterait deux fois une opération qui n'est pas idempotente.",
      "A copy would run an operation twice that is not idempotent."
    )
  }
  return shape.attempts === 1 ? undefined : text(
    "Un nouvel essai peut exécuter deux fois une opération qui n'est pas idempotente.",
    "A retry may run an operation twice that is not idempotent."
  )
}

/** The attempts per request when all of them fail, or are slow. */
const worstAttempts = ({ attempts, budget, hedgeAfter }: Shape): number =>
  hedgeAfter === undefined ? (budget === undefined ? attempts : Math.min(attempts, 1 + budget)) : 2

const againstAmplification = (shape: Shape, { question }: Facts): Text | undefined => {
  const worst = worstAttempts(shape)
  const [attempts, most] = [attemptsOf(worst), attemptsOf(question.amplification)]
  return worst <= question.amplification + rounding ? undefined : text(
    `En panne, chaque requête ferait ${attempts.fr}, pour ${most.fr} au plus.`,
    `In an outage each request would make ${attempts.en}, for ${most.en} at most.`
  )
}

const againstLoad = (shape: Shape, { load, question: { capacity } }: Facts): Text | undefined => {
  const worst = worstAttempts(shape)
  if (capacity === undefined || worst === 1 || load * worst <= capacity) return undefined
  const [attempts, places] = [attemptsOf(worst), placesOf(load * worst)]
  return text(
    `Pour ${attempts.fr} par requête, il faut ${places.fr} ; l'amont en a ${capacity}.`,
    `For ${attempts.en} a request, the upstream would need ${places.en}; it has ${capacity}.`
  )
}

const againstTime = ({ attempts, attemptTimeout }: Shape, { fixed, within }: Facts): Text | undefined => {
  if (attemptTimeout === undefined) return undefined
  if (attemptTimeout >= within) {
    return text(
      `Un essai de ${attemptTimeout} ms dépasse l'objectif de ${figure(within)} ms : le délai total suffit.`,
      `An attempt of ${attemptTimeout} ms exceeds the objective of ${figure(within)} ms: the total timeout is enough.`
    )
  }
  const whole = attempts * attemptTimeout + pausesOf(attempts, fixed.base)
  return whole <= within ? undefined : text(
    `${attempts} essais de ${attemptTimeout} ms avec leurs pauses prennent ${whole} ms, plus que l'objectif de ${
      figure(within)
    } ms.`,
    `${attempts} attempts of ${attemptTimeout} ms with their pauses take ${whole} ms, longer than the objective of ${
      figure(within)
    } ms.`
  )
}

const againstFalseTimeouts = ({ attemptTimeout }: Shape, { question, timeouts }: Facts): Text | undefined => {
  const { falseTimeouts } = question
  const of = timeouts.find(({ millis }) => millis === attemptTimeout)
  if (attemptTimeout === undefined || falseTimeouts === undefined || of === undefined) return undefined
  return 1 - of.p <= falseTimeouts + rounding ? undefined : text(
    `${attemptTimeout} ms arrêtent ${figure((1 - of.p) * 100)} % des essais sains ; ${
      figure(falseTimeouts * 100)
    } % au plus sont permis.`,
    `${attemptTimeout} ms end ${figure((1 - of.p) * 100)} % of healthy attempts; at most ${
      figure(falseTimeouts * 100)
    } % are allowed.`
  )
}

const againstOverload = ({ limit }: Shape, { load, question: { capacity, queue } }: Facts): Text | undefined => {
  if (limit !== undefined || capacity === undefined || load < capacity || queue?.limit !== undefined) return undefined
  const places = placesOf(load)
  return text(
    `Il faut ${places.fr}, et l'amont en a ${capacity} : sans limite, la file croît sans fin.`,
    `The requests need ${places.en}, and the upstream has ${capacity}: without a limit the queue grows without end.`
  )
}

/** Says why arithmetic alone rules a policy out; undefined where it does not. */
export const reasonAgainst = (shape: Shape, facts: Facts): Text | undefined =>
  againstTwice(shape, facts) ?? againstAmplification(shape, facts) ?? againstLoad(shape, facts) ??
    againstTime(shape, facts) ?? againstFalseTimeouts(shape, facts) ?? againstOverload(shape, facts)
