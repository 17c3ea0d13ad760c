import { counted } from "../../domain/counted.ts"
import { type Text, text } from "../../domain/Text.ts"
import * as DurationText from "../../policy/DurationText.ts"
import type { Policy } from "../../policy/Policy.ts"
import type { Interval } from "../intervals.ts"
import type { Ground } from "./choice.ts"
import { holds, isWorse, keepsAmplification } from "./comparisons.ts"
import { type Contestant, goodput, interval } from "./Contest.ts"
import type { Question, Trouble } from "./Question.ts"

/** Writes a share in percent. */
export const percent = (share: number): string => `${Number((share * 100).toFixed(2))} %`

const number = (value: number): string => String(Number(value.toFixed(2)))

const attemptsOf = (value: number): Text => counted(Number(number(value)), "essai", "attempt")

const between = ({ high, low, mean }: Interval): Text =>
  text(
    `${percent(mean)} (de ${percent(Math.max(0, low))} à ${percent(Math.min(1, high))})`,
    `${percent(mean)} (${percent(Math.max(0, low))} to ${percent(Math.min(1, high))})`
  )

const joined = (parts: ReadonlyArray<Text>): Text =>
  text(parts.map(({ fr }) => fr).join(", "), parts.map(({ en }) => en).join(", "))

const concurrencyOf = ({ concurrency }: Policy): ReadonlyArray<Text> => {
  if (concurrency === undefined) return []
  const { limit, queue } = typeof concurrency === "number" ? { limit: concurrency, queue: undefined } : concurrency
  const operations = typeof limit === "number"
    ? counted(limit, "opération", "operation")
    : counted(limit.max, "opération", "operation", `${limit.min}-${limit.max}`)
  return [
    text(`${operations.fr} à la fois`, `${operations.en} at once`),
    ...(queue === undefined ? [] : [text(`${queue} en attente au plus`, `at most ${queue} waiting`)])
  ]
}

/** Names the parts of a policy in words. */
export const inWords = (policy: Policy): Text => {
  const { attemptTimeout, hedge, retry, timeout } = policy
  const parts = [
    ...(timeout === undefined
      ? []
      : [text(`délai total ${DurationText.format(timeout)}`, `total timeout ${DurationText.format(timeout)}`)]),
    ...(attemptTimeout === undefined
      ? []
      : [
        text(
          `délai par essai ${DurationText.format(attemptTimeout)}`,
          `attempt timeout ${DurationText.format(attemptTimeout)}`
        )
      ]),
    ...(retry === undefined ? [] : [counted(retry.attempts, "essai", "attempt")]),
    ...(retry?.budget === undefined
      ? []
      : [text(`budget ${number(retry.budget.ratio)}`, `budget ${number(retry.budget.ratio)}`)]),
    ...(hedge === undefined
      ? []
      : [text(`copie après ${DurationText.format(hedge.after)}`, `copy after ${DurationText.format(hedge.after)}`)]),
    ...concurrencyOf(policy)
  ]
  return parts.length === 0 ? text("aucune partie", "no part") : joined(parts)
}

/** Sums the advice up. */
export const summary = (chosen: Contestant, question: Question, isKept: boolean): Text => {
  const parts = inWords(chosen.policy)
  const share = between(interval(chosen, "healthy", "share"))
  const attempts = attemptsOf(interval(chosen, "healthy", "amplification").mean)
  const goal = percent(question.objective.share)
  const held = holds(chosen, "healthy", question)
  const hasHealthy = (chosen.runs.get("healthy") ?? []).length > 0
  const start = isKept
    ? text(
      `La politique en vigueur reste la meilleure : ${parts.fr}.`,
      `The current policy stays the best: ${parts.en}.`
    )
    : text(`Conseil : ${parts.fr}.`, `Advised: ${parts.en}.`)
  if (!hasHealthy) return start
  return text(
    `${start.fr} En bonne santé, ${share.fr} des requêtes réussissent à temps, en ${attempts.fr} par requête ; ` +
      `l'objectif de ${goal} ${held ? "est tenu" : "n'est pas tenu"}.`,
    `${start.en} In health ${share.en} of requests succeed in time, with ${attempts.en} a request; ` +
      `the objective of ${goal} ${held ? "is held" : "is not held"}.`
  )
}

const worst = (troubles: ReadonlyArray<Trouble>, is: (trouble: Trouble) => boolean): string => troubles.find(is) ?? ""

/** Says why a contestant was not chosen. */
export const whyNot = (
  ground: Ground,
  contestant: Contestant,
  chosen: Contestant,
  question: Question,
  troubles: ReadonlyArray<Trouble>,
  current: Contestant | undefined
): Text => {
  const mean = (one: Contestant, trouble: Trouble, of: "share" | "amplification" | "p99") =>
    interval(one, trouble, of).mean
  switch (ground) {
    case "amplification": {
      const where = troubles.find((trouble) => !keepsAmplification(contestant, trouble, question)) ?? "healthy"
      const attempts = attemptsOf(mean(contestant, where, "amplification"))
      const most = attemptsOf(question.amplification)
      return text(
        `Scénario ${where} : ${attempts.fr} par requête, pour ${most.fr} au plus.`,
        `Scenario ${where}: ${attempts.en} a request, for ${most.en} at most.`
      )
    }
    case "current": {
      const where = worst(troubles, (trouble) => current !== undefined && isWorse(contestant, current, trouble))
      return text(
        `Scénario ${where} : moins de requêtes réussissent que sous la politique en vigueur.`,
        `Scenario ${where}: fewer requests succeed than under the current policy.`
      )
    }
    case "objective": {
      const [own = 0, best = 0] = [contestant, chosen].map((one) =>
        troubles.filter((trouble) => holds(one, trouble, question)).length
      )
      const held = counted(own, "scénario", "scenario")
      return text(
        `L'objectif est tenu dans ${held.fr}, par la politique choisie dans ${best}.`,
        `The objective is held in ${held.en}, by the chosen policy in ${best}.`
      )
    }
    case "theory":
      return text(
        "La simulation ne la distingue pas de la politique choisie ; selon M/M/c/K, cette file-ci sert moins.",
        "The simulation cannot tell it from the chosen policy; by M/M/c/K this queue serves less."
      )
    case "goodput": {
      const [own = 0, best = 0] = [contestant, chosen].map((one) => goodput(one, troubles))
      return text(
        `${percent(own)} des requêtes réussissent à temps, pondéré sur les scénarios ; ${
          percent(best)
        } sous la politique choisie.`,
        `${percent(own)} of requests succeed in time, weighted over the scenarios; ${
          percent(best)
        } under the chosen policy.`
      )
    }
    case "p99": {
      const [own = 0, best = 0] = [contestant, chosen].map((one) => mean(one, "healthy", "p99"))
      return text(
        `Autant de succès, mais un p99 de ${number(own)} ms au lieu de ${number(best)} ms.`,
        `As many successes, but a p99 of ${number(own)} ms instead of ${number(best)} ms.`
      )
    }
    case "load":
      return text("Autant de succès, avec plus d'essais.", "As many successes, with more attempts.")
    case "parts":
      return text("Autant de succès, avec plus de parties.", "As many successes, with more parts.")
  }
}
