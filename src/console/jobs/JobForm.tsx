import { useSignal } from "@preact/signals"
import { useAction } from "../action/Action.ts"
import { ActionResult } from "../action/ActionResult.tsx"
import { newIdempotencyKey } from "../action/trace.ts"
import { go, routeText } from "../router.ts"
import { say } from "../texts.ts"
import { Button } from "../widgets/Button.tsx"
import { Field } from "../widgets/Field.tsx"

/** Asks for a job, and goes to it. */
export const JobForm = () => {
  const action = useAction()
  const path = useSignal("/register-user")
  const email = useSignal("zoe@example.com")
  const delay = useSignal(0)
  const submit = async () => {
    const response = await action.run(path.value, {
      method: "POST",
      headers: { "idempotency-key": newIdempotencyKey() },
      body: { email: email.value, delay: delay.value }
    })
    const [, id] = /^\/jobs\/(\d+)$/.exec(response?.headers.get("location") ?? "") ?? []
    if (id !== undefined) go(routeText("jobs", id))
  }
  return (
    <form
      class="panel job-form"
      aria-label={say("Nouvelle tâche", "New job")}
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <Field label={say("Tâche", "Job")}>
        {(props) => (
          <select {...props} value={path.value} onChange={({ currentTarget }) => (path.value = currentTarget.value)}>
            <option value="/register-user">{say("inscrire un utilisateur", "register a user")}</option>
            <option value="/send-notification-async">
              {say("notifier, sans bloquer", "notify, asynchronously")}
            </option>
            <option value="/send-notification">{say("notifier, en bloquant", "notify, blocking")}</option>
          </select>
        )}
      </Field>
      <Field label={say("Adresse e-mail", "E-mail address")}>
        {(props) => (
          <input
            {...props}
            type="email"
            required
            value={email.value}
            onInput={({ currentTarget }) => (email.value = currentTarget.value)}
          />
        )}
      </Field>
      <Field label={say("Délai (s)", "Delay (s)")}>
        {(props) => (
          <input
            {...props}
            type="number"
            min={0}
            max={604_800}
            required
            value={delay.value}
            onInput={({ currentTarget }) => (delay.value = currentTarget.valueAsNumber)}
          />
        )}
      </Field>
      <Button kind="primary" type="submit" disabled={action.isRunning.value}>{say("Demander", "Ask for it")}</Button>
      <ActionResult action={action} />
    </form>
  )
}
