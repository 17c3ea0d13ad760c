import type { ComponentChildren } from "preact"

interface Props {
  readonly children: ComponentChildren
  readonly kind?: "plain" | "primary" | "danger"
  readonly type?: "button" | "submit"
  readonly disabled?: boolean
  /** Set for a switch: whether it is on. */
  readonly pressed?: boolean
  /** Said by a screen reader instead of the content. */
  readonly label?: string
  readonly onClick?: () => void
}

export const Button = ({ children, disabled, kind = "plain", label, onClick, pressed, type = "button" }: Props) => (
  <button
    type={type}
    class={`button button-${kind}`}
    disabled={disabled}
    aria-pressed={pressed}
    aria-label={label}
    title={label}
    onClick={onClick}
  >
    {children}
  </button>
)
