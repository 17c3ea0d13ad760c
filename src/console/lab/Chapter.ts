import type { Outcome } from "../../timeline/Timeline.ts"

export const ways = ["wrong", "right"] as const
export type Way = (typeof ways)[number]

/** A knob of a chapter; one without a range takes a policy as JSON. */
export interface Knob {
  readonly name: string
  readonly title: string
  readonly unit: string
  readonly minimum?: number
  readonly maximum?: number
  readonly default: unknown
}

/** A chapter of the Lab, in the language of the console. */
export interface Chapter {
  readonly name: string
  readonly title: string
  readonly about: string
  readonly source: string
  readonly section: string
  readonly ways: Readonly<Record<Way, string>>
  /** True if its ways are predicted while the knobs change. */
  readonly predictable: boolean
  readonly knobs: ReadonlyArray<Knob>
}

/** An experiment with its figures so far. */
export interface Experiment {
  readonly id: string
  readonly way: Way
  readonly state: "running" | "ended"
  readonly outcome: Outcome
  readonly failure: string | null
  readonly figures: {
    readonly wall_ms: number
    readonly answered_ms: number
    readonly concurrency: number
    readonly fibers: number
    readonly tasks: { readonly asked: number; readonly succeeded: number; readonly failed: number }
    readonly loop_delay_ms: { readonly server: number; readonly sacrificial: number | null }
    readonly upstream: { readonly calls: number; readonly most_at_once: number } | null
    readonly commits: number | null
  }
}

/** The values of the knobs as the reader has written them. */
export type Written = Readonly<Record<string, string>>

/** The text of a value, as its control shows it. */
export const textOf = (value: unknown): string => typeof value === "number" ? String(value) : JSON.stringify(value)

export const defaultsOf = ({ knobs }: Chapter): Written =>
  Object.fromEntries(knobs.map((knob) => [knob.name, textOf(knob.default)]))

/** Reads the written values for the server, which names those that it refuses; a broken policy stays a text. */
export const valuesOf = ({ knobs }: Chapter, written: Written): Readonly<Record<string, unknown>> =>
  Object.fromEntries(knobs.map((knob) => {
    const text = written[knob.name] ?? ""
    try {
      return [knob.name, JSON.parse(text)]
    } catch {
      return [knob.name, text]
    }
  }))

/** The values that differ from the defaults, for the address. */
export const changedOf = (chapter: Chapter, written: Written): Written => {
  const defaults = defaultsOf(chapter)
  return Object.fromEntries(Object.entries(written).filter(([name, text]) => defaults[name] !== text))
}
