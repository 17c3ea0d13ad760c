import { useSignal } from "@preact/signals"
import { ask, report } from "../api.ts"
import { say } from "../texts.ts"
import { Button } from "../widgets/Button.tsx"
import { type Counts, countsOf } from "./counts.ts"

/** Counts the requests that the list lacks, if the reader asks: a look at the metrics ends the interval of some. */
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
        `Requêtes répondues depuis le démarrage : ${shown.requests}, enregistrées : ${shown.recorded} ; enregistrements qui ont cédé la place à de plus récents : ${shown.removed}. `,
        `Requests answered since the start: ${shown.requests}, of them recorded: ${shown.recorded}; recordings that made room for newer ones: ${shown.removed}. `
      )}
      {shown === undefined && say(
        "Le serveur n'enregistre qu'une partie des requêtes, et garde les plus récentes. ",
        "The server records a sample of the requests, and keeps the newest. "
      )}
      <Button onClick={() => void count().catch(report)}>
        {say("Compter toutes les requêtes", "Count all requests")}
      </Button>
    </p>
  )
}
