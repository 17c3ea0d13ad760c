import { routeText } from "../router.ts"
import { say } from "../texts.ts"

interface Props {
  /** The id of a recording; nothing is shown without one. */
  readonly id: string | undefined
  /** The run that it shows, for readers who hear the links alone. */
  readonly of?: string
}

/** Leads to the timeline of a run. */
export const TimelineLink = ({ id, of }: Props) =>
  id === undefined ? null : (
    <a class="timeline-link" href={routeText("timelines", id)}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M2 4h7M5 8h8M7 12h6" />
      </svg>
      {say("chronologie", "timeline")}
      {of !== undefined && <span class="for-readers">{` ${of}`}</span>}
    </a>
  )
