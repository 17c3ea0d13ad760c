import { type Text, text } from "../../domain/Text.ts"
import { type Facts, pausesOf } from "./Facts.ts"
import type { Shape } from "./Shape.ts"

/** Writes a number with at most three digits behind the point. */
export const figure = (value: number): string => String(Number(value.toFixed(3)))

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
  return worst <= question.amplification + rounding ? undefined : text(
    `En panne, chaque requête ferait ${figure(worst)} essais ; ${figure(question.amplification)} au plus sont permis.`,
    `In an outage each request would make ${figure(worst)} attempts; at most ${
      figure(question.amplification)
    } are allowed.`
  )
}

const againstLoad = (shape: Shape, { load, question: { capacity } }: Facts): Text | undefined => {
  const worst = worstAttempts(shape)
  if (capacity === undefined || worst === 1 || load * worst <= capacity) return undefined
  return text(
    `${figure(worst)} essais par requête demandent ${figure(load * worst)} places ; l'amont en a ${capacity}.`,
    `${figure(worst)} attempts per request need ${figure(load * worst)} places; the upstream has ${capacity}.`
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

const againstOverload = ({ limit }: Shape, { load, question: { capacity, queue } }: Facts): Text | undefined =>
  limit !== undefined || capacity === undefined || load < capacity || queue?.limit !== undefined ? undefined : text(
    `${figure(load)} places sont demandées et ${capacity} existent : sans limite, la file croît sans fin.`,
    `${figure(load)} places are needed and ${capacity} exist: without a limit the queue grows without end.`
  )

/** Says why arithmetic alone rules a policy out; undefined where it does not. */
export const reasonAgainst = (shape: Shape, facts: Facts): Text | undefined =>
  againstTwice(shape, facts) ?? againstAmplification(shape, facts) ?? againstLoad(shape, facts) ??
    againstTime(shape, facts) ?? againstFalseTimeouts(shape, facts) ?? againstOverload(shape, facts)
