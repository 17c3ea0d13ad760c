import type { Text } from "../../domain/Text.ts"
import type { Outcome } from "../../timeline/Timeline.ts"
import { durationText } from "../action/moments.ts"
import { language, say } from "../texts.ts"
import { outcomeTones } from "../timeline/outcomeTones.ts"
import { Status } from "../widgets/Status.tsx"
import { Table } from "../widgets/Table.tsx"
import type { Experiment } from "./Chapter.ts"

/** A figure of both ways, with the number that relates them, if it has one. */
interface Row {
  readonly name: string
  readonly of: (experiment: Experiment) => number | null
  readonly text: (value: number, experiment: Experiment) => string
  /** Tells in words that the first is so many times the second. */
  readonly relation: ((times: string) => string) | undefined
}

const plain = (value: number): string => String(value)

const times = (value: number): string => value.toLocaleString(language.value, { maximumSignificantDigits: 2 })

const asMany = (count: string): string => say(`${count} fois plus`, `${count} times as many`)
const asLong = (count: string): string => say(`${count} fois plus long`, `${count} times as long`)

const rows = (): ReadonlyArray<Row> => [
  {
    name: say("Durée", "Wall time"),
    of: ({ figures }) => figures.wall_ms,
    text: durationText,
    relation: asLong
  },
  {
    name: say("Dernière réponse après", "Last answer after"),
    of: ({ figures: { answered_ms, wall_ms } }) => answered_ms === wall_ms ? null : answered_ms,
    text: durationText,
    relation: asLong
  },
  {
    name: say("Concurrence atteinte", "Concurrency reached"),
    of: ({ figures }) => figures.concurrency,
    text: plain,
    relation: asMany
  },
  {
    name: say("Résultats", "Results"),
    of: ({ figures }) => figures.tasks.succeeded,
    text: (value, { figures }) => say(`${value} sur ${figures.tasks.asked}`, `${value} of ${figures.tasks.asked}`),
    relation: undefined
  },
  {
    name: say("Appels au service amont", "Upstream calls"),
    of: ({ figures }) => figures.upstream?.calls ?? null,
    text: plain,
    relation: asMany
  },
  {
    name: say("Appels amont à la fois", "Upstream calls at once"),
    of: ({ figures }) => figures.upstream?.most_at_once ?? null,
    text: plain,
    relation: asMany
  },
  {
    name: say("Commits", "Commits"),
    of: ({ figures }) => figures.commits,
    text: plain,
    relation: asMany
  },
  {
    name: say("Boucle sacrifiée bloquée", "Sacrificial loop blocked"),
    of: ({ figures }) => figures.loop_delay_ms.sacrificial,
    text: durationText,
    relation: undefined
  },
  {
    name: say("Retard de la boucle du serveur", "Delay of the server's loop"),
    of: ({ figures }) => figures.loop_delay_ms.server,
    text: durationText,
    relation: undefined
  }
]

/** The relation of two figures in words, whichever is the larger. */
const related = ({ of, relation }: Row, wrong: Experiment | undefined, right: Experiment | undefined): string => {
  const [one, other] = [wrong && of(wrong), right && of(right)]
  if (relation === undefined || one === undefined || other === undefined || !one || !other) return ""
  if (Math.round(100 * one / other) === 100) return say("autant", "the same")
  return one > other
    ? say(`mauvaise : ${relation(times(one / other))}`, `wrong: ${relation(times(one / other))}`)
    : say(`bonne : ${relation(times(other / one))}`, `right: ${relation(times(other / one))}`)
}

const outcomeWords: Readonly<Record<Outcome, Text>> = {
  running: { fr: "en cours", en: "running" },
  success: { fr: "terminée", en: "ended" },
  interrupted: { fr: "interrompue", en: "interrupted" },
  defect: { fr: "défaut, voir le journal du serveur", en: "defect, see the server's log" },
  failure: { fr: "échouée", en: "failed" }
}

/** The state of an experiment in a word. */
export const WayState = ({ experiment: { failure, outcome } }: { readonly experiment: Experiment }) => (
  <Status tone={outcomeTones[outcome]}>{failure ?? outcomeWords[outcome][language.value]}</Status>
)

interface Props {
  readonly wrong: Experiment | undefined
  readonly right: Experiment | undefined
}

/** The figures of both ways side by side, with their relation. */
export const Figures = ({ right, wrong }: Props) => {
  const cell = (experiment: Experiment | undefined) => ({ of, text }: Row) => {
    const value = experiment && of(experiment)
    return experiment === undefined || value === undefined || value === null ? "–" : text(value, experiment)
  }
  const isTold = ({ of }: Row) => [wrong, right].some((one) => one !== undefined && of(one) !== null)
  return (
    <Table
      caption={say("Chiffres mesurés", "Measured figures")}
      rows={rows().filter(isTold)}
      keyOf={({ name }) => name}
      empty=""
      columns={[
        { title: say("Mesuré", "Measured"), cell: ({ name }) => name },
        { title: say("Mauvaise manière", "Wrong way"), cell: cell(wrong), isFigure: true },
        { title: say("Bonne manière", "Right way"), cell: cell(right), isFigure: true },
        { title: say("Rapport", "Relation"), cell: (row) => related(row, wrong, right) }
      ]}
    />
  )
}
