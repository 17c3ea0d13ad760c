import { states } from "../jobs/Job.ts"
import { JobForm } from "../jobs/JobForm.tsx"
import { JobList } from "../jobs/JobList.tsx"
import { JobPanel } from "../jobs/JobPanel.tsx"
import { route } from "../router.ts"
import { say } from "../texts.ts"

/** The view `#/jobs/{id}?state=`: the durable background jobs, live, and one of them. */
export const Jobs = () => {
  const { id, query } = route.value
  return (
    <>
      <h1>{say("Tâches de fond", "Background jobs")}</h1>
      <p class="hint">
        {say(
          "Une tâche acceptée est sur le disque : elle survit à un arrêt brutal, et chaque activité est réessayée de son côté.",
          "An accepted job is on the disk: it survives a crash, and each activity is retried on its own."
        )}
      </p>
      <JobForm />
      {id !== undefined && <JobPanel key={id} id={id} />}
      <JobList state={states.find((state) => state === query["state"])} />
    </>
  )
}
