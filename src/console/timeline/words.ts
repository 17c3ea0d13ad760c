import type { Language } from "../../domain/Text.ts"
import type { Shown } from "../../timeline/pictureRows.ts"
import type { Interruption, Outcome, Reason, Slice } from "../../timeline/Timeline.ts"

type Words = Readonly<Record<Language, string>>

/** The words for a state, as a legend and a row's summary use them. */
export const stateWords: Readonly<Record<Shown, Words>> = {
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

/** The nouns for a state, short enough for a bar. */
export const stateNouns: Readonly<Record<Shown, Words>> = {
  running: { fr: "exécution", en: "run" },
  ready: { fr: "prête", en: "ready" },
  sleep: { fr: "sommeil", en: "sleep" },
  pause: { fr: "pause", en: "pause" },
  join: { fr: "attente", en: "join" },
  permit: { fr: "permis", en: "permit" },
  turn: { fr: "tour", en: "turn" },
  commit: { fr: "commit", en: "commit" },
  worker: { fr: "thread", en: "thread" },
  upstream: { fr: "appel", en: "upstream" },
  queue: { fr: "file", en: "queue" },
  signal: { fr: "signal", en: "signal" },
  socket: { fr: "socket", en: "socket" },
  file: { fr: "fichier", en: "file" },
  mail: { fr: "mail", en: "mail" },
  unknown: { fr: "?", en: "?" }
}

/** One letter a state, the same as in the terminal's picture. */
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

export const outcomeWords: Readonly<Record<Outcome, Words>> = {
  success: { fr: "réussie", en: "succeeded" },
  failure: { fr: "échouée", en: "failed" },
  defect: { fr: "défaut", en: "defect" },
  interrupted: { fr: "interrompue", en: "interrupted" },
  running: { fr: "en cours", en: "running" }
}

export const whyWords: Readonly<Record<Interruption["why"], Words>> = {
  "timeout": { fr: "délai dépassé", en: "timeout" },
  "sibling failed": { fr: "une fibre sœur a échoué", en: "a sibling failed" },
  "client left": { fr: "le client est parti", en: "the client left" },
  "cancelled": { fr: "annulée", en: "cancelled" },
  "stopping": { fr: "le serveur s'arrête", en: "the server stops" },
  "plug pulled": { fr: "prise débranchée", en: "its plug was pulled" },
  "asked": { fr: "demandé", en: "asked for" }
}

const units = [["s", 1e9], ["ms", 1e6], ["µs", 1e3], ["ns", 1]] as const

type Formats = Readonly<Record<Language, Intl.NumberFormat>>

const withDigits = (maximumSignificantDigits: number): Formats => ({
  fr: new Intl.NumberFormat("fr", { maximumSignificantDigits }),
  en: new Intl.NumberFormat("en", { maximumSignificantDigits })
})

const [rough, exact] = [withDigits(3), withDigits(7)]

const written = (formats: Formats, nanos: number, language: Language, largest: number): string => {
  if (nanos === 0) return "0"
  const [unit, size] = units.find(([, size]) => largest >= size) ?? ["ns", 1]
  return `${formats[language].format(nanos / size)} ${unit}`
}

/** A length of time with three digits, in the unit that suits it, or the largest one beside it. */
export const duration = (nanos: number, language: Language, largest: number = nanos): string =>
  written(rough, nanos, language, largest)

/** A moment with seven digits, so that neighbours are told apart on a long axis. */
export const moment = (nanos: number, language: Language, largest: number = nanos): string =>
  written(exact, nanos, language, largest)

/** Facts of a reason beyond its kind. The name of a fiber is looked up by the caller. */
export const reasonFacts = (reason: Reason, language: Language, nameOf: (fiber: number) => string): string => {
  const isFrench = language === "fr"
  switch (reason.kind) {
    case "sleep":
    case "pause":
      return `${isFrench ? "prévu" : "planned"} ${duration(reason.milliseconds * 1e6, language)}`
    case "join":
      return (reason.fibers ?? [reason.fiber]).map(nameOf).join(", ")
    case "permit":
      return [
        reason.policy,
        reason.place === undefined ? undefined : `${isFrench ? "place" : "place"} ${reason.place}`,
        reason.holders === undefined || reason.holders.length === 0
          ? undefined
          : `${isFrench ? "tenu par" : "held by"} ${reason.holders.map(nameOf).join(", ")}`
      ].filter((part) => part !== undefined).join(", ")
    case "turn":
    case "commit":
      return reason.group === undefined ? "" : `${isFrench ? "groupe" : "group"} ${reason.group}`
    case "worker":
      return [reason.queue, reason.thread === undefined ? undefined : `thread ${reason.thread}`]
        .filter((part) => part !== undefined).join(", ")
    case "upstream":
      return [
        reason.url,
        reason.attempt === undefined ? undefined : `${isFrench ? "essai" : "attempt"} ${reason.attempt}`
      ].filter((part) => part !== undefined).join(", ")
    case "unknown":
      return ""
    default:
      return reason.name ?? ""
  }
}

const sums = (slices: ReadonlyArray<Slice>) => {
  const times = { running: 0, ready: 0, waiting: 0 }
  for (const { from, state, to } of slices) times[state] += to - from
  return times
}

/** Says in words how a fiber spent its time, for those who do not see its bar. */
export const summary = (slices: ReadonlyArray<Slice>, outcome: Outcome, language: Language): string => {
  const { ready, running, waiting } = sums(slices)
  const parts: ReadonlyArray<readonly [number, Words]> = [
    [running, { fr: "en exécution", en: "running" }],
    [ready, { fr: "prête", en: "ready" }],
    [waiting, { fr: "en attente", en: "waiting" }]
  ]
  return [outcomeWords[outcome][language]]
    .concat(parts.flatMap(([time, words]) => time === 0 ? [] : [`${duration(time, language)} ${words[language]}`]))
    .join(", ")
}
