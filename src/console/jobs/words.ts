import type { Text } from "../../domain/Text.ts"
import { language } from "../texts.ts"
import type { Tone } from "../widgets/Status.tsx"
import type { State } from "./Job.ts"

export const tones: Readonly<Record<State, Tone>> = {
  waiting: "neutral",
  running: "busy",
  succeeded: "good",
  failed: "bad",
  cancelled: "stopped"
}

export const stateWords: Readonly<Record<State, Text>> = {
  waiting: { fr: "en attente", en: "waiting" },
  running: { fr: "en cours", en: "running" },
  succeeded: { fr: "réussie", en: "succeeded" },
  failed: { fr: "échouée", en: "failed" },
  cancelled: { fr: "annulée", en: "cancelled" }
}

const known: Readonly<Record<string, Text>> = {
  registration: { fr: "inscription", en: "registration" },
  notification: { fr: "notification", en: "notification" },
  "notification-async": { fr: "notification async", en: "async notification" },
  maintenance: { fr: "entretien", en: "maintenance" },
  "e-mail": { fr: "e-mail", en: "e-mail" },
  profile: { fr: "profil", en: "profile" },
  ledger: { fr: "grand livre", en: "ledger" },
  "old jobs": { fr: "anciennes tâches", en: "old jobs" },
  "old mails": { fr: "anciens mails", en: "old mails" },
  "old idempotency keys": { fr: "anciennes clés d'idempotence", en: "old idempotency keys" },
  "mailing list": { fr: "liste de diffusion", en: "mailing list" },
  succeeded: { fr: "réussi", en: "succeeded" },
  failed: { fr: "échoué", en: "failed" },
  "timed out": { fr: "trop long", en: "timed out" },
  interrupted: { fr: "interrompu", en: "interrupted" },
  lost: { fr: "perdu", en: "lost" },
  undone: { fr: "défait", en: "undone" }
}

/** The words of the server for kinds, activities and the outcomes of attempts; an unknown one stays as it is. */
export const wordText = (word: string): string => known[word]?.[language.value] ?? word
