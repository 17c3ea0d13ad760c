import type { Language } from "../domain/Text.ts"
import { counted, timeText } from "./pictureRows.ts"
import type { Timeline } from "./Timeline.ts"
import { texts } from "./whyTexts.ts"

/** The words of a picture beyond those of states and outcomes. */
export interface SvgWords {
  readonly interrupted: string
  readonly unwinding: string
  readonly failed: string
  readonly stalls: string
  readonly stalled: (name: string, time: string) => string
  readonly slices: (count: number, mostly: string) => string
  readonly honoured: (why: string, time: string) => string
  readonly cleanedUp: (time: string) => string
  readonly fiber: (id: number) => string
  readonly moreFibers: (count: number) => string
  readonly lost: (lost: Timeline["lost"]) => string
}

export const svgWords: Readonly<Record<Language, SvgWords>> = {
  en: {
    interrupted: "interrupted",
    unwinding: "interruption: asked, cleaning up",
    failed: "failed",
    stalls: "the event loop stalled",
    stalled: (name, time) => `${name} stalled the event loop for ${time}`,
    slices: (count, mostly) => `${count} slices, mostly: ${mostly}`,
    honoured: (why, time) => `interrupted (${why}), honoured after ${time}`,
    cleanedUp: (time) => `cleaned up in ${time}`,
    fiber: (id) => `fiber ${id}`,
    moreFibers: (count) => `… ${counted(count, "more fiber")}`,
    lost: ({ events, fibers, spans }) =>
      `lost: ${counted(fibers, "fiber")}, ${counted(spans, "span")}${events ? ", the oldest events" : ""}`
  },
  fr: {
    interrupted: "interrompue",
    unwinding: "interruption : demandée, nettoyage",
    failed: "échouée",
    stalls: "la boucle d'événements s'est bloquée",
    stalled: (name, time) => `${name} a bloqué la boucle d'événements pendant ${time}`,
    slices: (count, mostly) => `${count} tranches, surtout : ${mostly}`,
    honoured: (why, time) => `interrompue (${why}), honorée après ${time}`,
    cleanedUp: (time) => `nettoyée en ${time}`,
    fiber: (id) => `fibre ${id}`,
    moreFibers: (count) => `… ${counted(count, "autre")} ${count === 1 ? "fibre" : "fibres"}`,
    lost: ({ events, fibers, spans }) =>
      `perdus : ${counted(fibers, "fibre")}, ${counted(spans, "span")}${
        events ? ", les événements les plus anciens" : ""
      }`
  }
}

/** Writes a time as a language writes numbers. */
export const timeIn = (language: Language, nanos: number, largest: number): string =>
  texts[language].number(timeText(nanos, largest))
