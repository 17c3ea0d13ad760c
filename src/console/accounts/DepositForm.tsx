import { useSignal } from "@preact/signals"
import { useAction } from "../action/Action.ts"
import { ActionResult } from "../action/ActionResult.tsx"
import { newIdempotencyKey } from "../action/trace.ts"
import { say } from "../texts.ts"
import { Button } from "../widgets/Button.tsx"
import type { User } from "./Account.ts"
import { AmountField, amountOf } from "./AmountField.tsx"

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
      body: { amount: amountOf(amount) }
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
      <AmountField label={say(`Dépôt pour ${user.name} (€)`, `Deposit for ${user.name} (€)`)} amount={amount} />
      <Button type="submit" disabled={action.isRunning.value}>{say("Déposer", "Deposit")}</Button>
      <ActionResult action={action} />
    </form>
  )
}
