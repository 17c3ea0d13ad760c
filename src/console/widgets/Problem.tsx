import { Away, Refused } from "../api.ts"
import { say } from "../texts.ts"
import { Notice } from "./Notice.tsx"

/** A failure in its place on the page, with all reasons of its problem document. */
export const Problem = ({ error }: { readonly error: unknown }) => {
  if (error instanceof Away) return <Notice tone="error" title={error.message} />
  if (!(error instanceof Refused)) {
    return <Notice tone="error" title={error instanceof Error ? error.message : say("Erreur", "Error")} />
  }
  const { errors = [], title, trace_id } = error.problem
  return (
    <Notice tone="error" title={title}>
      <p>{error.message}</p>
      {errors.length > 0 && (
        <ul>
          {errors.map(({ loc, msg }) => (
            <li key={loc.join(".")}>
              <code>{loc.join(".")}</code> {msg}
            </li>
          ))}
        </ul>
      )}
      {trace_id !== undefined && (
        <p class="hint">
          {say("Trace", "Trace")} <code>{trace_id}</code>
        </p>
      )}
    </Notice>
  )
}
