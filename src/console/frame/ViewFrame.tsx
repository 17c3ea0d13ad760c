import { useSignal } from "@preact/signals"
import type { FunctionComponent } from "preact"
import { useEffect } from "preact/hooks"
import { ask, isAway, report, returns } from "../api.ts"
import { say } from "../texts.ts"
import { Button } from "../widgets/Button.tsx"
import { Notice } from "../widgets/Notice.tsx"
import type { View } from "./views.ts"

/** Loads the code of a view and shows it. After an update of the server the old console's code may be gone. */
export const ViewFrame = ({ view }: { readonly view: View }) => {
  const loaded = useSignal<{ readonly Shown: FunctionComponent } | "failed" | undefined>(undefined)
  const isFailed = loaded.value === "failed"
  useEffect(() => {
    view.load().then((Shown) => {
      loaded.value = { Shown }
    }, () => {
      loaded.value = "failed"
      // tells the two reasons apart: a server that is away is looked for, and the code loaded once it is back
      ask("/health/ready").catch(report)
    })
  }, [view, isFailed ? returns.value : 0])
  if (loaded.value === undefined) return <p class="loading" role="status">{say("Chargement…", "Loading…")}</p>
  if (loaded.value === "failed") {
    return (
      <Notice tone="error" title={say("Cette vue n'a pas pu être chargée.", "This view could not be loaded.")}>
        {!isAway.value && <p>{say("Le serveur a peut-être été mis à jour.", "The server may have been updated.")}</p>}
        <Button onClick={() => location.reload()}>{say("Recharger", "Reload")}</Button>
      </Notice>
    )
  }
  const { Shown } = loaded.value
  return <Shown />
}
