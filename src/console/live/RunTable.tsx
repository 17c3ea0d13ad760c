import { outcomeWords } from "../../timeline/words.ts"
import { durationText, timeOfDay } from "../action/moments.ts"
import { routeText } from "../router.ts"
import { language, say } from "../texts.ts"
import { outcomeTones } from "../timeline/outcomeTones.ts"
import { Status } from "../widgets/Status.tsx"
import { type Column, Table } from "../widgets/Table.tsx"
import { durationOf, type Summary, titleOf } from "./Summary.ts"
import { kindWords } from "./words.ts"

const columns = (longest: number, now: number): ReadonlyArray<Column<Summary>> => [
  {
    title: say("Chronologie", "Timeline"),
    cell: (summary) => <a class="run-name" href={routeText("timelines", summary.id)}>{titleOf(summary)}</a>
  },
  {
    title: say("Durée", "Duration"),
    cell: (summary) => {
      const duration = durationOf(summary, now)
      return (
        <span class="run-duration">
          <span class="run-axis" aria-hidden="true">
            <span
              class={`run-bar run-${summary.outcome}`}
              style={{ width: `${longest === 0 ? 0 : (100 * duration) / longest}%` }}
            />
          </span>
          <span class="figure">{durationText(duration / 1e6)}</span>
        </span>
      )
    }
  },
  {
    title: say("Issue", "Outcome"),
    cell: ({ outcome, status }) => (
      <Status tone={outcomeTones[outcome]}>{status ?? ""} {outcomeWords[outcome][language.value]}</Status>
    )
  },
  { title: say("Genre", "Kind"), cell: ({ kind }) => kindWords[kind][language.value] },
  { title: say("Fibres", "Fibers"), isFigure: true, cell: ({ fibers }) => fibers },
  { title: say("Début", "Began"), isFigure: true, cell: ({ started_at }) => timeOfDay(started_at) }
]

interface Props {
  readonly runs: ReadonlyArray<Summary>
  /** Milliseconds since the epoch, by which those that run have grown. */
  readonly now: number
  readonly empty: string
}

/** The runs with their durations as bars on one scale; each opens its timeline. */
export const RunTable = ({ empty, now, runs }: Props) => (
  <Table
    caption={say(
      "Exécutions : en cours d'abord, puis les plus récentes",
      "Runs: those that run first, then the newest"
    )}
    columns={columns(Math.max(0, ...runs.map((summary) => durationOf(summary, now))), now)}
    rows={runs}
    keyOf={({ id }) => id}
    empty={empty}
  />
)
