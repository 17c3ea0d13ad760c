import { useSignal } from "@preact/signals"
import { useRef } from "preact/hooks"
import { go, route, routeText } from "../router.ts"
import { say } from "../texts.ts"
import { language } from "../texts.ts"
import { Button } from "../widgets/Button.tsx"
import { opened } from "./files.ts"
import { OpenFile } from "./OpenFile.tsx"
import { newest, type Summary } from "./recent.ts"
import { duration } from "./words.ts"

/** Recordings of the server that are offered for a comparison. */
const most = 10

/** Chooses a second recording, which is drawn below on the same axis, or takes it away again. */
export const Compare = ({ id }: { readonly id: string }) => {
  const dialog = useRef<HTMLDialogElement>(null)
  const recent = useSignal<ReadonlyArray<Summary>>([])
  const isCompared = route.value.query["with"] !== undefined
  const choose = (other: string | undefined) => {
    dialog.current?.close()
    go(routeText("timelines", id, { with: other }))
  }
  const open = () => {
    dialog.current?.showModal()
    newest(most).then((summaries) => {
      recent.value = summaries
    }, () => undefined)
  }
  return (
    <>
      {isCompared
        ? <Button onClick={() => choose(undefined)}>{say("Ne plus comparer", "Stop comparing")}</Button>
        : <Button onClick={open}>{say("Comparer", "Compare")}</Button>}
      <dialog ref={dialog} class="dialog" aria-labelledby="compare-title">
        <h2 id="compare-title">{say("Comparer avec", "Compare with")}</h2>
        <ul class="choices">
          {opened.value.filter((file) => file.id !== id).map((file) => (
            <li key={file.id}>
              <Button onClick={() => choose(file.id)}>{file.timeline.value.name}</Button>
            </li>
          ))}
          {recent.value.filter((summary) => summary.id !== id).map((summary) => (
            <li key={summary.id}>
              <Button onClick={() => choose(summary.id)}>
                {summary.name} · {duration(summary.duration_ns, language.value)}
              </Button>
            </li>
          ))}
        </ul>
        <OpenFile onOpen={(file) => choose(file.id)} />
        <div class="buttons">
          <Button onClick={() => dialog.current?.close()}>{say("Annuler", "Cancel")}</Button>
        </div>
      </dialog>
    </>
  )
}
