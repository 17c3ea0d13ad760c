import { say } from "../texts.ts"
import { Button } from "../widgets/Button.tsx"
import type { Running } from "./useRun.ts"
import { figure } from "./words.ts"

/** The progress of a run, and the button that stops it. */
export const RunState = ({ run: { progress, stop } }: { readonly run: Running }) => {
  const told = progress.value
  return (
    <div class="predict-progress" role="status">
      {told !== undefined && (
        <>
          <progress
            aria-label={say("Avancement", "Progress")}
            {...(told.requests !== null && { max: told.requests, value: Math.min(told.done, told.requests) })}
          />
          <span class="hint">
            {say(`Requêtes finies : ${figure(told.done)}`, `Requests that have ended: ${figure(told.done)}`)}
          </span>
          <Button kind="danger" onClick={stop}>{say("Arrêter", "Stop")}</Button>
        </>
      )}
    </div>
  )
}
