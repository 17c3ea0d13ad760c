import type { Language, Text } from "../../domain/Text.ts"
import { type Shown, units } from "../../timeline/pictureRows.ts"
import type { Outcome, Reason, Slice } from "../../timeline/Timeline.ts"
import { outcomeWords } from "../../timeline/words.ts"

/** The nouns for a state, short enough for a bar. */
export const stateNouns: Readonly<Record<Shown, Text>> = {
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
  const parts: ReadonlyArray<readonly [number, Text]> = [
    [running, { fr: "en exécution", en: "running" }],
    [ready, { fr: "prête", en: "ready" }],
    [waiting, { fr: "en attente", en: "waiting" }]
  ]
  return [outcomeWords[outcome][language]]
    .concat(parts.flatMap(([time, words]) => time === 0 ? [] : [`${duration(time, language)} ${words[language]}`]))
    .join(", ")
}
