import { useSignal } from "@preact/signals"
import { useAction } from "../action/Action.ts"
import { ActionResult } from "../action/ActionResult.tsx"
import { newIdempotencyKey } from "../action/trace.ts"
import { say } from "../texts.ts"
import { Button } from "../widgets/Button.tsx"
import { Field } from "../widgets/Field.tsx"
import { Notice } from "../widgets/Notice.tsx"
import type { User } from "./Account.ts"
import { AmountField, amountOf } from "./AmountField.tsx"

interface Props {
  readonly users: ReadonlyArray<User>
  readonly from: number
  readonly to: number
  readonly onChoose: (from: number, to: number) => void
  /** Called before a request, and after each answer. */
  readonly onSend: () => void
  readonly onAnswer: () => void
}

interface Answer {
  readonly message: string
  readonly isRepeated: boolean
}

/** A transfer as it was sent, with its key, so that it can be sent again. */
interface Sent {
  readonly key: string
  readonly body: { readonly from_user: number; readonly to_user: number; readonly amount: string }
}

const Choice = ({ label, onChange, users, value }: {
  readonly label: string
  readonly users: ReadonlyArray<User>
  readonly value: number
  readonly onChange: (id: number) => void
}) => (
  <Field label={label}>
    {(props) => (
      <select
        {...props}
        value={value}
        onChange={({ currentTarget }) => onChange(Number(currentTarget.value))}
      >
        {users.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
      </select>
    )}
  </Field>
)

/** Moves money between two users. The same request can be sent again: its key makes it take effect once. */
export const TransferForm = ({ from, onAnswer, onChoose, onSend, to, users }: Props) => {
  const action = useAction()
  const amount = useSignal(say("10,50", "10.50"))
  const sent = useSignal<Sent | undefined>(undefined)
  const answer = useSignal<Answer | undefined>(undefined)

  const send = async (request: Sent) => {
    onSend()
    sent.value = request
    answer.value = undefined
    const response = await action.run("/transfer-money/", {
      method: "POST",
      headers: { "idempotency-key": request.key },
      body: request.body
    })
    if (response !== undefined) {
      const { message }: { readonly message: string } = await response.json()
      answer.value = { message, isRepeated: response.headers.get("idempotency-replayed") === "true" }
    }
    onAnswer()
  }

  return (
    <form
      class="panel transfer-form"
      aria-label={say("Transfert", "Transfer")}
      onSubmit={(event) => {
        event.preventDefault()
        const body = { from_user: from, to_user: to, amount: amountOf(amount) }
        void send({ key: newIdempotencyKey(), body })
      }}
    >
      <Choice label={say("De", "From")} users={users} value={from} onChange={(id) => onChoose(id, to)} />
      <Choice label={say("À", "To")} users={users} value={to} onChange={(id) => onChoose(from, id)} />
      <AmountField label={say("Montant (€)", "Amount (€)")} amount={amount} />
      <Button kind="primary" type="submit" disabled={action.isRunning.value}>{say("Transférer", "Transfer")}</Button>
      {sent.value !== undefined && (
        <div class="sent">
          <span>
            Idempotency-Key: <code>{sent.value.key}</code>
          </span>
          <Button
            disabled={action.isRunning.value}
            onClick={() => {
              if (sent.value !== undefined) void send(sent.value)
            }}
          >
            {say("Renvoyer la même requête", "Send the same request again")}
          </Button>
        </div>
      )}
      {answer.value !== undefined && (
        <div role="status">
          <Notice tone="info" title={answer.value.message}>
            {answer.value.isRepeated && (
              <p>
                {say(
                  "Réponse gardée sous cette clé : l'argent n'a bougé qu'une fois.",
                  "The answer kept under this key: the money moved once."
                )}
              </p>
            )}
          </Notice>
        </div>
      )}
      <ActionResult action={action} />
    </form>
  )
}
