import { useEffect } from "preact/hooks"
import { answered, isAway } from "../api.ts"
import { say } from "../texts.ts"

/** Milliseconds between two looks whether the server is back. */
const pause = 2000

/** Says that the server does not answer, and looks for it until it does. */
export const ServerAway = () => {
  const away = isAway.value
  useEffect(() => {
    if (!away) return
    const timer = setInterval(() => {
      fetch("/health/ready").then(answered, () => undefined)
    }, pause)
    return () => clearInterval(timer)
  }, [away])
  return (
    <div role="status" class="away">
      {away && (
        <p>
          {say(
            "Le serveur ne répond pas. La console le cherche et reprendra d'elle-même.",
            "The server does not answer. The console looks for it, and will go on by itself."
          )}
        </p>
      )}
    </div>
  )
}
