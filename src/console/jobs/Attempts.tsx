import { counted } from "../../domain/counted.ts"
import { durationText } from "../action/moments.ts"
import { useNow } from "../action/useNow.ts"
import { say } from "../texts.ts"
import type { Attempt, JobDetails } from "./Job.ts"
import { wordText } from "./words.ts"

/** Milliseconds of the axis at least, on which the beginnings of a new run are one. */
const shortest = 100

const endOf = ({ ended_at }: Attempt, now: number): number => ended_at === null ? now : Date.parse(ended_at)

const outcomeText = ({ outcome }: Attempt): string => outcome === null ? say("en cours", "running") : wordText(outcome)

/** The activities of a job's run, each attempt as a bar on one axis of time. */
export const Attempts = ({ job }: { readonly job: JobDetails }) => {
  const ofRun = job.activities.map(({ attempts, name }) => ({
    name,
    attempts: attempts.filter(({ run }) => run === job.run)
  }))
  const all = ofRun.flatMap(({ attempts }) => attempts)
  const now = useNow(all.some(({ ended_at }) => ended_at === null))
  const begin = Math.min(...all.map(({ started_at }) => Date.parse(started_at)))
  const length = Math.max(shortest, ...all.map((attempt) => endOf(attempt, now) - begin))
  const earlier = job.activities.flatMap(({ attempts }) => attempts).length - all.length
  const attempts = counted(earlier, "essai", "attempt")
  return (
    <>
      <ul class="attempts" aria-label={say("Activités", "Activities")}>
        {ofRun.map(({ attempts, name }) => (
          <li key={name}>
            <span class="attempts-name">{wordText(name)}</span>
            <span class="attempts-axis">
              {attempts.map((attempt) => {
                const from = Date.parse(attempt.started_at)
                const lasts = Math.max(0, endOf(attempt, now) - from)
                return (
                  <span
                    key={attempt.attempt}
                    class={`attempt attempt-${(attempt.outcome ?? "running").replace(" ", "-")}`}
                    style={{ left: `${(100 * (from - begin)) / length}%`, width: `${(100 * lasts) / length}%` }}
                  />
                )
              })}
            </span>
            <span class="attempts-text">
              {attempts.length === 0
                ? say("pas commencée dans cette exécution", "not begun in this run")
                : attempts.map((attempt) => (
                  <span key={attempt.attempt}>
                    {say(`essai ${attempt.attempt} : `, `attempt ${attempt.attempt}: `)}
                    {outcomeText(attempt)},{" "}
                    {durationText(Math.max(0, endOf(attempt, now) - Date.parse(attempt.started_at)))}
                    {attempt.error !== null && <em>{attempt.error}</em>}
                  </span>
                ))}
            </span>
          </li>
        ))}
      </ul>
      {earlier > 0 && (
        <p class="hint">
          {say(`${attempts.fr} d'exécutions précédentes.`, `${attempts.en} of earlier runs.`)}
        </p>
      )}
    </>
  )
}
