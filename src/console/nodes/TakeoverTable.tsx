import { durationText, timeOfDay } from "../action/moments.ts"
import { routeText } from "../router.ts"
import { language, say } from "../texts.ts"
import { type Column, Table } from "../widgets/Table.tsx"
import { keyOf, shortName, type Takeover } from "./Node.ts"
import { jobText, reasonWords } from "./words.ts"

const columns = (): ReadonlyArray<Column<Takeover>> => [
  {
    title: say("Tâche", "Job"),
    cell: (takeover) => <a class="job-name" href={routeText("jobs", String(takeover.job_id))}>{jobText(takeover)}</a>
  },
  { title: say("De", "From"), cell: ({ from }) => shortName(from) },
  { title: say("À", "To"), cell: ({ to }) => shortName(to) },
  {
    title: say("Pourquoi : le premier", "Why: the first one"),
    cell: ({ reason }) => reasonWords[reason][language.value]
  },
  {
    title: say("Entre les deux", "In between"),
    isFigure: true,
    cell: ({ gap_ms }) => gap_ms === null ? say("inconnu", "unknown") : durationText(gap_ms)
  },
  { title: say("Reprise", "Went on"), isFigure: true, cell: ({ resumed_at }) => timeOfDay(resumed_at) }
]

/** The jobs that went from one server to another, newest first. */
export const TakeoverTable = ({ takeovers }: { readonly takeovers: ReadonlyArray<Takeover> }) => (
  <Table
    caption={say(
      "Tâches passées d'un serveur à l'autre, les plus récentes d'abord",
      "Jobs that went from one server to another, newest first"
    )}
    columns={columns()}
    rows={takeovers}
    keyOf={keyOf}
    empty={say(
      "Aucune dans la dernière heure. Tuez un serveur (kill -9) pendant qu'il exécute une tâche.",
      "None in the last hour. Kill a server (kill -9) while it runs a job."
    )}
  />
)
