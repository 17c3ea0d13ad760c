import type { Text } from "../domain/Text.ts"
import type { Shown } from "./pictureRows.ts"
import type { Interruption, Outcome } from "./Timeline.ts"

/** The words for a state, as a legend and a row's summary use them. */
export const stateWords: Readonly<Record<Shown, Text>> = {
  running: { fr: "s'exécute", en: "runs" },
  ready: { fr: "prête, attend le processeur", en: "ready, waits for the processor" },
  sleep: { fr: "dort", en: "sleeps" },
  pause: { fr: "pause avant un nouvel essai", en: "pauses before an attempt" },
  join: { fr: "attend une fibre", en: "waits for a fiber" },
  permit: { fr: "attend un permis", en: "waits for a permit" },
  turn: { fr: "attend son tour d'écrire", en: "waits for its turn to write" },
  commit: { fr: "attend le commit", en: "waits for the commit" },
  worker: { fr: "attend un thread", en: "waits for a thread" },
  upstream: { fr: "attend le serveur appelé", en: "waits for the upstream" },
  queue: { fr: "attend une file", en: "waits for a queue" },
  signal: { fr: "attend un signal", en: "waits for a signal" },
  socket: { fr: "attend un socket", en: "waits for a socket" },
  file: { fr: "attend un fichier", en: "waits for a file" },
  mail: { fr: "attend le serveur de mail", en: "waits for the mail server" },
  unknown: { fr: "attend, raison non vue", en: "waits, reason not seen" }
}

/** One letter a state, so that a picture without colours says the same. */
export const letters: Readonly<Record<Shown, string>> = {
  running: "#",
  ready: "=",
  sleep: ".",
  pause: "~",
  join: "-",
  permit: "p",
  turn: "t",
  commit: "c",
  worker: "w",
  upstream: "u",
  queue: "q",
  signal: "e",
  socket: "s",
  file: "f",
  mail: "m",
  unknown: "?"
}

/** The words for how a run, a fiber or a span ended. */
export const outcomeWords: Readonly<Record<Outcome, Text>> = {
  success: { fr: "réussie", en: "succeeded" },
  failure: { fr: "échouée", en: "failed" },
  defect: { fr: "défaut", en: "defect" },
  interrupted: { fr: "interrompue", en: "interrupted" },
  running: { fr: "en cours", en: "running" }
}

/** The words for the cause of an interruption. */
export const whyWords: Readonly<Record<Interruption["why"], Text>> = {
  "timeout": { fr: "délai dépassé", en: "timeout" },
  "sibling failed": { fr: "une fibre sœur a échoué", en: "a sibling failed" },
  "client left": { fr: "le client est parti", en: "the client left" },
  "cancelled": { fr: "annulée", en: "cancelled" },
  "stopping": { fr: "le serveur s'arrête", en: "the server stops" },
  "plug pulled": { fr: "prise débranchée", en: "its plug was pulled" },
  "asked": { fr: "demandé", en: "asked for" }
}
