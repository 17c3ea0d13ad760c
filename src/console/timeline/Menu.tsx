import type { ComponentChildren } from "preact"
import { useEffect, useRef } from "preact/hooks"

interface Props {
  readonly label: string
  readonly children: ComponentChildren
}

/** A button that shows further buttons below it, until one is pressed, Escape, or a press elsewhere. */
export const Menu = ({ children, label }: Props) => {
  const details = useRef<HTMLDetailsElement>(null)
  useEffect(() => {
    const close = (event: Event) => {
      const element = details.current
      if (element === null || !element.open) return
      const isInside = event.target instanceof Node && element.contains(event.target)
      if (event instanceof KeyboardEvent ? event.key !== "Escape" : isInside) return
      element.open = false
      if (event instanceof KeyboardEvent) element.querySelector("summary")?.focus()
    }
    document.addEventListener("pointerdown", close)
    document.addEventListener("keydown", close)
    return () => {
      document.removeEventListener("pointerdown", close)
      document.removeEventListener("keydown", close)
    }
  }, [])
  return (
    <details ref={details} class="menu">
      <summary class="button">{label}</summary>
      <div
        class="menu-items"
        onClick={() => {
          if (details.current !== null) details.current.open = false
        }}
      >
        {children}
      </div>
    </details>
  )
}
