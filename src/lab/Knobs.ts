import { Effect, Schema } from "effect"
import { type InputIssue, InvalidInput } from "../domain/Problem.ts"
import { type Text, text } from "../domain/Text.ts"
import { Policy } from "../policy/Policy.ts"

/** A whole number that a chapter takes. Its inclusive range bounds the work of an experiment. */
export interface NumberKnob {
  readonly title: Text
  /** The unit, such as `ms` or `%`; empty for a count. */
  readonly unit: string
  readonly range: readonly [least: number, most: number]
  readonly fallback: number
}

/** A policy that a chapter takes, in the form of the `POLICY_…` variables. */
export interface PolicyKnob {
  readonly title: Text
  readonly fallback: Policy
}

export type Knob = NumberKnob | PolicyKnob

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/** Values of knobs as a client gives them, each of the right form. `resolve` holds them against a chapter. */
export const GivenKnobs = Schema.Struct({
  tasks: optional(Schema.Int),
  latency: optional(Schema.Int),
  failures: optional(Schema.Int),
  slow: optional(Schema.Int),
  timeout: optional(Schema.Int),
  permits: optional(Schema.Int),
  work: optional(Schema.Int),
  disk: optional(Schema.Int),
  succeed_on: optional(Schema.Int),
  policy: optional(Policy)
}).annotations({
  identifier: "ExperimentKnobs",
  description: "Values of the chapter's knobs; those that are left out keep their defaults",
  // without this, a misspelt knob would silently do nothing
  parseOptions: { onExcessProperty: "error" }
})
export type GivenKnobs = typeof GivenKnobs.Type

export type KnobName = keyof GivenKnobs
type NumberName = Exclude<KnobName, "policy">

/** The knobs of a chapter. */
export type Knobs = { readonly [Name in NumberName]?: NumberKnob } & { readonly policy?: PolicyKnob }

/** A value for every knob there is. A chapter reads those that it has. */
export type KnobValues = { readonly [Name in NumberName]: number } & { readonly policy: Policy }

/** Lists the knobs of a chapter in the order in which they are shown. */
export const entries = (knobs: Knobs): ReadonlyArray<readonly [KnobName, Knob]> =>
  names.flatMap((name) => {
    const knob = knobs[name]
    return knob === undefined ? [] : [[name, knob] as const]
  })

const names: ReadonlyArray<KnobName> = [
  "tasks",
  "permits",
  "latency",
  "work",
  "disk",
  "failures",
  "slow",
  "timeout",
  "succeed_on",
  "policy"
]

const issue = (name: KnobName, msg: Text): InputIssue => ({ loc: ["body", "knobs", name], msg, type: "value_error" })

const issuesOf = (knobs: Knobs, given: GivenKnobs): ReadonlyArray<InputIssue> =>
  names.flatMap((name) => {
    const value = given[name]
    const knob = knobs[name]
    if (value === undefined) return []
    if (knob === undefined) {
      return [issue(name, text("n'est pas un réglage de cette expérience", "is no knob of this chapter"))]
    }
    if (typeof value !== "number" || !("range" in knob)) return []
    const [least, most] = knob.range
    return value < least || value > most
      ? [
        issue(
          name,
          text(`doit être un entier de ${least} à ${most}`, `must be a whole number from ${least} to ${most}`)
        )
      ]
      : []
  })

/** Checks given values against a chapter's knobs. Reports all faults at once, each at its place in the body. */
export const check = (knobs: Knobs, given: GivenKnobs): Effect.Effect<void, InvalidInput> => {
  const errors = issuesOf(knobs, given)
  return errors.length === 0 ? Effect.void : new InvalidInput({ errors })
}

/** Completes checked values with the defaults of a chapter. */
export const withDefaults = (knobs: Knobs, given: GivenKnobs): KnobValues => {
  const number = (name: NumberName): number => given[name] ?? knobs[name]?.fallback ?? 0
  return {
    tasks: number("tasks"),
    permits: number("permits"),
    latency: number("latency"),
    work: number("work"),
    disk: number("disk"),
    failures: number("failures"),
    slow: number("slow"),
    timeout: number("timeout"),
    succeed_on: number("succeed_on"),
    policy: given.policy ?? knobs.policy?.fallback ?? {}
  }
}

/** Leaves out the values of knobs that a chapter has not. */
export const own = (knobs: Knobs, values: KnobValues): GivenKnobs =>
  Object.fromEntries(entries(knobs).map(([name]) => [name, values[name]]))

const tasks = text("Tâches", "Tasks")
const latency = text("Durée", "Latency")

/** A number of tasks. */
export const tasksKnob = (fallback: number, most: number, title: Text = tasks): NumberKnob => ({
  title,
  unit: "",
  range: [1, most],
  fallback
})

/** A duration in milliseconds. */
export const millisKnob = (
  fallback: number,
  [least, most]: readonly [number, number],
  title: Text = latency
): NumberKnob => ({ title, unit: "ms", range: [least, most], fallback })

/** A share of the tasks in percent. */
export const shareKnob = (fallback: number, title: Text): NumberKnob => ({
  title,
  unit: "%",
  range: [0, 100],
  fallback
})
