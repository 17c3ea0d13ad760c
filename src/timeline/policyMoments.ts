import type { Text } from "../domain/Text.ts"
import type { Refusal } from "../policy/PolicyRefused.ts"
import type { PolicyEvent } from "./Timeline.ts"

type Kind = Exclude<PolicyEvent["kind"], "attempt" | "pause">

/** The letters and meanings of moments in pictures. An attempt is drawn as its number, a pause as a slice. */
const signs: Readonly<Record<Kind, readonly [letter: string, meaning: Text]>> = {
  "timeout": ["T", { fr: "délai dépassé", en: "timed out" }],
  "refused": ["R", { fr: "refusée par une politique", en: "refused by a policy" }],
  "hedged": ["H", { fr: "copie d'un essai trop lent", en: "copy of a slow attempt" }],
  "budget spent": ["$", { fr: "budget d'essais épuisé", en: "retry budget spent" }],
  "breaker opened": ["O", { fr: "disjoncteur ouvert", en: "breaker opened" }]
}

const furtherAttempt: Text = { fr: "un nouvel essai", en: "a further attempt" }

/** Tells whether pictures mark an event: all but pauses and first attempts. */
export const isMarked = ({ kind, value }: PolicyEvent): boolean => kind === "attempt" ? value !== 1 : kind !== "pause"

/** The sign of a marked event; a file may hold any number. */
export const signOf = ({ kind, value = 0 }: PolicyEvent): string => {
  if (kind !== "attempt" && kind !== "pause") return signs[kind][0]
  return Number.isFinite(value) ? String(Math.abs(Math.trunc(value))) : "?"
}

/** Tells whether an event is a mishap, not another try. */
export const isMishap = ({ kind }: PolicyEvent): boolean => kind !== "attempt" && kind !== "hedged"

/** The parts of a policy that refuse, in both languages. */
export const refusalTexts: Readonly<Record<Refusal, Text>> = {
  "queue full": { fr: "liste d'attente pleine", en: "queue full" },
  "waited too long": { fr: "attente trop longue", en: "waited too long" },
  "rate limited": { fr: "débit dépassé", en: "rate limited" },
  "breaker open": { fr: "disjoncteur ouvert", en: "breaker open" }
}

/** The meaning of a marked event, with its part and policy. */
export const meaningOf = ({ kind, policy, reason, value }: PolicyEvent): Text => {
  if (kind === "attempt" || kind === "pause") return { fr: `essai ${value}`, en: `attempt ${value}` }
  const [, meaning] = signs[kind]
  const refusal = reason && refusalTexts[reason]
  const details = (part: string | undefined) => {
    const told = [part, policy].filter((one) => one !== undefined)
    return told.length === 0 ? "" : ` (${told.join(", ")})`
  }
  return { fr: meaning.fr + details(refusal?.fr), en: meaning.en + details(refusal?.en) }
}

/** The signs that events use, with their meanings, for a legend. */
export const legendOf = (
  events: ReadonlyArray<PolicyEvent>
): ReadonlyArray<readonly [letter: string, meaning: Text]> => {
  const used = new Set(events.map(({ kind }) => kind))
  const attempts = events.some(({ kind, value }) => kind === "attempt" && value === 2)
  const all: ReadonlyArray<readonly [PolicyEvent["kind"], readonly [string, Text]]> = [
    ["timeout", signs.timeout],
    ["refused", signs.refused],
    ["hedged", signs.hedged],
    ["budget spent", signs["budget spent"]],
    ["breaker opened", signs["breaker opened"]]
  ]
  return [
    ...attempts ? [["2", furtherAttempt] as const] : [],
    ...all.flatMap(([kind, sign]) => used.has(kind) ? [sign] : [])
  ]
}
