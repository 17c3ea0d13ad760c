import type { ComponentChildren } from "preact"

interface Props {
  readonly tone: "error" | "info"
  readonly title: string
  readonly children?: ComponentChildren
}

/** A notice in its place on the page; an error is read at once. */
export const Notice = ({ children, title, tone }: Props) => (
  <div class={`notice notice-${tone}`} role={tone === "error" ? "alert" : undefined}>
    <div>
      <strong>{title}</strong>
      {children}
    </div>
  </div>
)
