import { useSignal } from "@preact/signals"
import { useEffect } from "preact/hooks"
import { TimelineLink } from "../action/TimelineLink.tsx"
import { askJson, report } from "../api.ts"
import { say } from "../texts.ts"
import type { JobDetails } from "./Job.ts"

/** Runs of a job whose recordings are listed: the newest. */
const most = 5

interface Recording {
  readonly id: string
  readonly number: number
}

/** Leads to the recordings of a job's runs; not every run is recorded, and old ones are forgotten. */
export const JobTimelines = ({ job: { run, state, url } }: { readonly job: JobDetails }) => {
  const recordings = useSignal<ReadonlyArray<Recording>>([])
  useEffect(() => {
    askJson<{ readonly items: ReadonlyArray<Recording> }>(`/timelines?kind=job&route=${url}&limit=${most}`)
      .then(({ items }) => {
        recordings.value = items
      }, report)
  }, [run, state, url])
  return recordings.value.length === 0 ? null : (
    <p class="job-timelines">
      {recordings.value.map(({ id, number }) => (
        <TimelineLink key={id} id={id} of={say(`de l'exécution ${number}`, `of run ${number}`)} />
      ))}
    </p>
  )
}
