import { Schema } from "effect"
import { type Language, type Text, text } from "../../src/domain/Text.ts"
import { Policy } from "../../src/policy/Policy.ts"
import type { Advice, Figures } from "../../src/simulation/advisor/Advice.ts"

const written = Schema.encodeSync(Policy)

/** Rejected and discarded policies that the terminal shows; the saved advice has all of them. */
const shown = 8

const percent = (share: number): string => (share * 100).toFixed(2)

const headings = {
  evidence: text(
    "scénario, part à temps en % (95 %), essais, p99 ms",
    "scenario, share in time in % (95 %), attempts, p99 ms"
  ),
  current: text("en vigueur", "current"),
  rejected: text("Simulées et non choisies :", "Simulated and not chosen:"),
  discarded: text("Écartées par le calcul :", "Ruled out by arithmetic:"),
  breaks: text("Si une valeur change :", "If a value changes:"),
  breaksIn: text("ne tient plus :", "breaks in:"),
  requests: text("requêtes simulées", "simulated requests"),
  others: text("autres", "others")
} as const

const cells = ({ amplification, holds, p99, share }: Figures): ReadonlyArray<string> => [
  `${percent(share.mean)} (${percent(Math.max(0, share.low))} to ${percent(Math.min(1, share.high))})`,
  amplification.mean.toFixed(3),
  p99.mean === 0 ? "-" : p99.mean.toFixed(0),
  holds ? "ok" : ""
]

const widths = [18, 26, 8, 8, 2] as const

const row = (columns: ReadonlyArray<string>): string =>
  `  ${columns.map((column, place) => column.padEnd(widths[place] ?? 0)).join(" ").trimEnd()}`

const evidence = (advice: Advice, say: (words: Text) => string): ReadonlyArray<string> =>
  advice.evidence.flatMap(({ advised, current, scenario }) => [
    row([scenario, ...cells(advised)]),
    ...(current === undefined ? [] : [row([`  ${say(headings.current)}`, ...cells(current)])])
  ])

const listed = (
  heading: Text,
  all: ReadonlyArray<{ readonly policy: Policy; readonly reason: Text }>,
  say: (words: Text) => string
): ReadonlyArray<string> =>
  all.length === 0 ? [] : [
    say(heading),
    ...all.slice(0, shown).map(({ policy, reason }) => `  ${JSON.stringify(written(policy))}: ${say(reason)}`),
    ...(all.length > shown ? [`  + ${all.length - shown} ${say(headings.others)}`] : [])
  ]

const breaks = (advice: Advice, say: (words: Text) => string): ReadonlyArray<string> =>
  advice.breaks.map(({ amplification, breaks, change, shares }) => {
    const inHealth = shares["healthy"]
    const share = inHealth === undefined ? "" : `${percent(inHealth)} %, `
    const end = breaks.length === 0 ? "" : `  ${say(headings.breaksIn)} ${breaks.join(", ")}`
    return `  ${say(change).padEnd(28)} ${share}x ${amplification.toFixed(2)}${end}`
  })

/** Lines of an advice for a terminal. */
export const lines = (advice: Advice, language: Language): ReadonlyArray<string> => {
  const say = (words: Text): string => words[language]
  return [
    say(advice.sentence),
    ...advice.notes.map(say),
    "",
    JSON.stringify(written(advice.policy)),
    "",
    say(headings.evidence),
    ...evidence(advice, say),
    "",
    ...listed(headings.rejected, advice.rejected, say),
    ...listed(headings.discarded, advice.discarded, say),
    say(headings.breaks),
    ...breaks(advice, say),
    "",
    `${advice.requests} ${say(headings.requests)}`
  ]
}
