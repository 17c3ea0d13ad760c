import { useSignal } from "@preact/signals"
import { useAction } from "../action/Action.ts"
import { ActionResult } from "../action/ActionResult.tsx"
import { newIdempotencyKey } from "../action/trace.ts"
import { say } from "../texts.ts"
import { Button } from "../widgets/Button.tsx"
import { Field } from "../widgets/Field.tsx"
import type { User } from "./Account.ts"

interface Props {
  readonly user: User
  readonly onSend: () => void
  readonly onAnswer: () => void
}

/** Pays money from outside into an account. */
export const DepositForm = ({ onAnswer, onSend, user }: Props) => {
  const action = useAction()
  const amount = useSignal("50")
  const send = async () => {
    onSend()
    await action.run(`/accounts/${user.id}/deposits`, {
      method: "POST",
      headers: { "idempotency-key": newIdempotencyKey() },
      body: { amount: amount.value.replace(",", ".") }
    })
    onAnswer()
  }
  return (
    <form
      class="panel transfer-form"
      aria-label={say("Dépôt", "Deposit")}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <Field label={say(`Dépôt pour ${user.name} (€)`, `Deposit for ${user.name} (€)`)}>
        {(props) => (
          <input
            {...props}
            inputMode="decimal"
            required
            value={amount.value}
            onInput={({ currentTarget }) => (amount.value = currentTarget.value)}
          />
        )}
      </Field>
      <Button type="submit" disabled={action.isRunning.value}>{say("Déposer", "Deposit")}</Button>
      <ActionResult action={action} />
    </form>
  )
}
