import { useSignal } from "@preact/signals"
import { ask, report } from "../api.ts"
import { say } from "../texts.ts"
import { Button } from "../widgets/Button.tsx"
import { type Counts, countsOf } from "./counts.ts"

/** Counts on request what was not recorded: a look at the metrics ends the interval of some of them. */
export const NotRecorded = () => {
  const counts = useSignal<Counts | undefined>(undefined)
  const count = async () => {
    const response = await ask("/metrics", { headers: { accept: "text/plain" } })
    counts.value = countsOf(await response.text())
  }
  const shown = counts.value
  return (
    <p class="hint not-recorded" role="status">
      {shown !== undefined && say(
        `${shown.requests} requêtes répondues, dont ${shown.recorded} enregistrées ; ${shown.removed} enregistrements remplacés par de plus récents. `,
        `${shown.requests} requests answered, ${shown.recorded} of them recorded; ${shown.removed} recordings replaced by newer ones. `
      )}
      <Button onClick={() => void count().catch(report)}>
        {say("Compter ce qui manque", "Count what is not here")}
      </Button>
    </p>
  )
}
