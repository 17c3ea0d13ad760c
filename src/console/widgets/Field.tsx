import type { ComponentChildren } from "preact"
import { useId } from "preact/hooks"

/** The attributes that tie a control to its label, hint and error. */
interface ControlProps {
  readonly id: string
  readonly "aria-describedby": string | undefined
  readonly "aria-invalid": boolean
}

interface Props {
  readonly label: string
  readonly hint?: string | undefined
  /** Shown below the control, and read with it. */
  readonly error?: string | undefined
  /** Draws the control with the attributes that tie it to its label. */
  readonly children: (props: ControlProps) => ComponentChildren
}

/** A control with its label, hint and error. */
export const Field = ({ children, error, hint, label }: Props) => {
  const id = useId()
  const text = error ?? hint
  return (
    <div class={error === undefined ? "field" : "field field-wrong"}>
      <label for={id}>{label}</label>
      {children({
        id,
        "aria-describedby": text === undefined ? undefined : `${id}-text`,
        "aria-invalid": error !== undefined
      })}
      {text !== undefined && <p id={`${id}-text`} class={error === undefined ? "hint" : "error"}>{text}</p>}
    </div>
  )
}
