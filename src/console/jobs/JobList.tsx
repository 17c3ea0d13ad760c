import { useComputed, useSignal } from "@preact/signals"
import { useEffect } from "preact/hooks"
import { Moment } from "../action/Moment.tsx"
import { durationText } from "../action/moments.ts"
import { MoreButton } from "../action/MoreButton.tsx"
import { usePages } from "../action/Pages.ts"
import { listen } from "../api.ts"
import { go, routeText } from "../router.ts"
import { language, say } from "../texts.ts"
import { Field } from "../widgets/Field.tsx"
import { Status } from "../widgets/Status.tsx"
import { type Column, Table } from "../widgets/Table.tsx"
import { type Job, type State, states } from "./Job.ts"
import { stateWords, tones, wordText } from "./words.ts"

/** Jobs of the list that is kept up to date; older ones are read on request. */
const most = 25

const emailOf = ({ payload }: Job): string =>
  typeof payload === "object" && payload !== null && "email" in payload ? String(payload.email) : ""

const lasted = ({ finished_at, started_at }: Job): string =>
  finished_at === null || started_at === null ? "" : durationText(Date.parse(finished_at) - Date.parse(started_at))

const columns = (state: State | undefined): ReadonlyArray<Column<Job>> => [
  {
    title: say("Tâche", "Job"),
    cell: ({ id, kind }) => (
      <a class="job-name" href={routeText("jobs", String(id), { state })}>
        {wordText(kind)} {id}
      </a>
    )
  },
  { title: say("Pour", "For"), cell: (job) => <span class="email">{emailOf(job)}</span> },
  {
    title: say("État", "State"),
    cell: (job) => <Status tone={tones[job.state]}>{stateWords[job.state][language.value]}</Status>
  },
  { title: say("Demandée", "Asked for"), cell: ({ created_at }) => <Moment at={created_at} /> },
  { title: say("Durée", "Duration"), isFigure: true, cell: lasted }
]

interface Props {
  /** The jobs to show; all without a state. */
  readonly state: State | undefined
}

/** The jobs, newest first, kept up to date by an event stream. */
export const JobList = ({ state }: Props) => {
  const jobs = useSignal<ReadonlyArray<Job> | undefined>(undefined)
  const older = usePages<Job>()
  const path = `/jobs?limit=${most}${state === undefined ? "" : `&state=${state}`}`

  useEffect(() => {
    jobs.value = undefined
    older.rows.value = []
    older.next.value = undefined
    return listen(path, {
      onEvent: ({ data }) => {
        const page: ReadonlyArray<Job> = JSON.parse(data)
        jobs.value = page
        const last = page.at(-1)
        if (older.rows.peek().length === 0) {
          older.next.value = page.length === most && last !== undefined ? `${path}&after=${last.id}` : undefined
        }
      }
    })
  }, [path])

  const rows = useComputed(() => {
    const shown = new Set(jobs.value?.map(({ id }) => id))
    return [...jobs.value ?? [], ...older.rows.value.filter(({ id }) => !shown.has(id))]
  })

  return (
    <section class="job-list">
      <div class="bar">
        <h2>{say("Toutes les tâches", "All jobs")}</h2>
        <Field label={say("État", "State")}>
          {(props) => (
            <select
              {...props}
              value={state ?? ""}
              onChange={({ currentTarget: { value } }) =>
                go(routeText("jobs", undefined, { state: value === "" ? undefined : value }))}
            >
              <option value="">{say("tous", "any")}</option>
              {states.map((one) => <option key={one} value={one}>{stateWords[one][language.value]}</option>)}
            </select>
          )}
        </Field>
      </div>
      <Table
        caption={say("Tâches, les plus récentes d'abord", "Jobs, newest first")}
        columns={columns(state)}
        rows={rows.value}
        keyOf={({ id }) => id}
        empty={jobs.value === undefined ? say("Chargement…", "Loading…") : say("Aucune tâche.", "No jobs.")}
      />
      <MoreButton pages={older} />
    </section>
  )
}
