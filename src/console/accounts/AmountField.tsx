import type { Signal } from "@preact/signals"
import { Field } from "../widgets/Field.tsx"

interface Props {
  readonly label: string
  /** The amount as the reader writes it, with a comma or a point. */
  readonly amount: Signal<string>
}

/** Takes an amount of money. */
export const AmountField = ({ amount, label }: Props) => (
  <Field label={label}>
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
)

/** Returns the amount as the server reads it, with a point. */
export const amountOf = (amount: Signal<string>): string => amount.value.replace(",", ".")
