import type { ComponentChildren } from "preact"

export type Tone = "good" | "bad" | "busy" | "stopped" | "neutral"

/** Signs that say the same as the colours, for who does not see these. */
const signs: Readonly<Record<Tone, string>> = {
  good: "M3 8.5l3.5 3.5L13 4.5",
  bad: "M8 3v6M8 12v1",
  busy: "M8 4v4l3 2",
  stopped: "M4 4l8 8M12 4l-8 8",
  neutral: "M4 8h8"
}

/** A state in a word, with a sign and a colour. */
export const Status = ({ children, tone }: { readonly tone: Tone; readonly children: ComponentChildren }) => (
  <span class={`status status-${tone}`}>
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <path d={signs[tone]} />
    </svg>
    {children}
  </span>
)
