import type { ReadonlySignal } from "@preact/signals"
import { rowsOf, timeText } from "../../timeline/pictureRows.ts"
import type { Timeline } from "../../timeline/Timeline.ts"
import { say } from "../texts.ts"

export interface Props {
  /** The recording; it may grow. */
  readonly timeline: ReadonlySignal<Timeline>
  /** A second recording, drawn below on the same axis. */
  readonly other?: ReadonlySignal<Timeline> | undefined
  /** Shown for a fiber that still runs: pulls its plug. */
  readonly onInterrupt?: ((fiber: number) => void) | undefined
}

/** A recording: its fibers as a tree, and what each did. */
export const TimelineView = ({ other, timeline }: Props) => (
  <>
    {[timeline, ...(other === undefined ? [] : [other])].map(({ value }, index) => (
      <ul key={index} aria-label={say("Fibres", "Fibers")}>
        {rowsOf(value).map(({ fiber }) => (
          <li key={fiber.id}>{fiber.name} · {timeText(fiber.to - fiber.from, value.duration_ns)}</li>
        ))}
      </ul>
    ))}
  </>
)
