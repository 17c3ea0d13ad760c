import { useSignal } from "@preact/signals"
import { useAction } from "../action/Action.ts"
import { ActionResult } from "../action/ActionResult.tsx"
import { say } from "../texts.ts"
import { Button } from "../widgets/Button.tsx"
import { Field } from "../widgets/Field.tsx"

/** Operations of the handbook whose timelines are worth a look. */
const paths = [
  "/safe-parallel-calls/",
  "/users/1/complete-profile",
  "/async-multiple",
  "/async-slow",
  "/unreliable",
  "/with-timeout/",
  "/error-handling/",
  "/cpu-intensive-async/"
]

/** Sends a request that is recorded, so that there is something to see. */
export const TryRequest = () => {
  const action = useAction()
  const path = useSignal(paths[0] ?? "")
  return (
    <form
      class="try-request"
      aria-label={say("Essayer une requête", "Try a request")}
      onSubmit={(event) => {
        event.preventDefault()
        void action.run(path.value, {})
      }}
    >
      <Field label={say("Essayer", "Try")}>
        {(props) => (
          <select {...props} value={path.value} onChange={({ currentTarget }) => (path.value = currentTarget.value)}>
            {paths.map((one) => <option key={one} value={one}>GET {one}</option>)}
          </select>
        )}
      </Field>
      <Button type="submit" disabled={action.isRunning.value}>
        {action.isRunning.value ? say("En cours…", "Running…") : say("Envoyer", "Send")}
      </Button>
      <ActionResult action={action} />
    </form>
  )
}
