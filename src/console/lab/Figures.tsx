import type { Text } from "../../domain/Text.ts"
import type { Outcome, Timeline } from "../../timeline/Timeline.ts"
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

const nanosPerMilli = 1e6

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

type Figure = number | null | undefined

/** The relation of two figures in words, whichever is the larger. */
const related = (relation: Row["relation"], one: Figure, other: Figure): string => {
  if (relation === undefined || !one || !other) return ""
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
  /** The runs of the present knobs in virtual time, where the chapter has predictions. */
  readonly predicted: { readonly wrong: Timeline | undefined; readonly right: Timeline | undefined }
}

/** A row as the table shows it. */
interface Line {
  readonly name: string
  readonly wrong: string
  readonly right: string
  readonly relation: string
}

const none = "–"

const lineOf = ({ name, of, relation, text }: Row, { right, wrong }: Props): ReadonlyArray<Line> => {
  const cell = (experiment: Experiment | undefined, value: Figure) =>
    experiment === undefined || value === undefined || value === null ? none : text(value, experiment)
  const [one, other] = [wrong && of(wrong), right && of(right)]
  if ((one ?? other ?? null) === null) return []
  return [{ name, wrong: cell(wrong, one), right: cell(right, other), relation: related(relation, one, other) }]
}

/** The predicted wall time, which belongs to the present knobs, beside the measured one. */
const predictedLine = ({ right, wrong }: Props["predicted"]): ReadonlyArray<Line> => {
  if ((wrong ?? right) === undefined) return []
  const cell = (timeline: Timeline | undefined) => timeline && timeline.duration_ns / nanosPerMilli
  const text = (value: Figure) => typeof value === "number" ? durationText(value) : none
  const [one, other] = [cell(wrong), cell(right)]
  const name = say("Durée prédite pour ces réglages", "Predicted for these knobs")
  return [{ name, wrong: text(one), right: text(other), relation: related(asLong, one, other) }]
}

/** The figures of both ways side by side, with their relation. */
export const Figures = (props: Props) => {
  return (
    <Table
      caption={say("Chiffres mesurés", "Measured figures")}
      rows={[...predictedLine(props.predicted), ...rows().flatMap((row) => lineOf(row, props))]}
      keyOf={({ name }) => name}
      empty=""
      columns={[
        { title: say("Mesuré", "Measured"), cell: ({ name }) => name },
        { title: say("Mauvaise manière", "Wrong way"), cell: (line) => line.wrong, isFigure: true },
        { title: say("Bonne manière", "Right way"), cell: (line) => line.right, isFigure: true },
        { title: say("Rapport", "Relation"), cell: ({ relation }) => relation }
      ]}
    />
  )
}
