import { useSignal } from "@preact/signals"
import { useEffect } from "preact/hooks"
import { counted } from "../../domain/counted.ts"
import { useAction } from "../action/Action.ts"
import { ActionResult } from "../action/ActionResult.tsx"
import { dayAndTime } from "../action/moments.ts"
import { newIdempotencyKey } from "../action/trace.ts"
import { listen } from "../api.ts"
import { language, say } from "../texts.ts"
import { Button } from "../widgets/Button.tsx"
import { Problem } from "../widgets/Problem.tsx"
import { Status } from "../widgets/Status.tsx"
import { Attempts } from "./Attempts.tsx"
import { isFinished, type JobDetails, progressOf } from "./Job.ts"
import { JobTimelines } from "./JobTimelines.tsx"
import { stateWords, tones, wordText } from "./words.ts"

const activities = (count: number) => counted(count, "activité", ["activity", "activities"])

/** One job while it runs: its progress, the attempts at its activities, and what can be done with it. */
export const JobPanel = ({ id }: { readonly id: string }) => {
  const job = useSignal<JobDetails | undefined>(undefined)
  const failure = useSignal<unknown>(undefined)
  /** Counts the runs that the reader has begun here; each is listened to anew. */
  const retried = useSignal(0)
  const action = useAction()
  const path = `/jobs/${encodeURIComponent(id)}`

  useEffect(
    () =>
      listen(path, {
        onEvent: ({ data }) => {
          const state: JobDetails = JSON.parse(data)
          job.value = state
        },
        onRefused: (error) => {
          failure.value = error
        }
      }),
    [path, retried.value]
  )

  const change = async (method: string, to: string, headers: Readonly<Record<string, string>> = {}) => {
    // the events of the job tell its new state
    if (await action.run(to, { method, headers }) !== undefined && method === "POST") retried.value += 1
  }

  if (failure.value !== undefined) return <Problem error={failure.value} />
  const shown = job.value
  if (shown === undefined) return <p class="loading" role="status">{say("Chargement…", "Loading…")}</p>
  const { done, of } = progressOf(shown)
  const name = `${wordText(shown.kind)} ${shown.id}`
  return (
    <section class="panel job" aria-label={name}>
      <div class="bar">
        <h2>{name}</h2>
        <span role="status">
          <Status tone={tones[shown.state]}>{stateWords[shown.state][language.value]}</Status>
        </span>
        <div class="buttons">
          {!isFinished(shown) && (
            <Button
              kind="danger"
              disabled={action.isRunning.value || shown.cancel_requested}
              onClick={() => void change("DELETE", path)}
            >
              {shown.cancel_requested ? say("Annulation demandée", "Cancellation asked for") : say("Annuler", "Cancel")}
            </Button>
          )}
          {(shown.state === "failed" || shown.state === "cancelled") && (
            <Button
              kind="primary"
              disabled={action.isRunning.value}
              onClick={() => void change("POST", `${path}/retry`, { "idempotency-key": newIdempotencyKey() })}
            >
              {say("Relancer", "Retry")}
            </Button>
          )}
        </div>
      </div>
      <p>
        {shown.state === "waiting"
          ? say(`Due le ${dayAndTime(shown.due_at)}.`, `Due on ${dayAndTime(shown.due_at)}.`)
          : say(`Demandée le ${dayAndTime(shown.created_at)}.`, `Asked for on ${dayAndTime(shown.created_at)}.`)}
        {shown.run > 1 && ` ${say(`Exécution ${shown.run}.`, `Run ${shown.run}.`)}`}
      </p>
      {shown.error !== null && <p class="error">{shown.error}</p>}
      {of > 0 && (
        <div class="progress">
          <progress max={of} value={done} aria-label={say("Activités finies", "Activities done")} />
          <span>{say(`${activities(done).fr} sur ${of}`, `${done} of ${activities(of).en}`)}</span>
        </div>
      )}
      <Attempts job={shown} />
      <JobTimelines job={shown} />
      <ActionResult action={action} />
    </section>
  )
}
