import { say } from "../texts.ts"
import { dismiss, notices } from "./notices.ts"

/** The notices in the corner of the page; a screen reader reads each one as it comes. */
export const Notices = () => (
  <div class="notices" role="status" aria-live="polite">
    {notices.value.map(({ detail, id, title, tone }) => (
      <div key={id} class={`notice notice-${tone}`}>
        <div>
          <strong>{title}</strong>
          {detail !== "" && <p>{detail}</p>}
        </div>
        <button type="button" class="icon-button" onClick={() => dismiss(id)} aria-label={say("Fermer", "Close")}>
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="M4 4l8 8M12 4l-8 8" />
          </svg>
        </button>
      </div>
    ))}
  </div>
)
