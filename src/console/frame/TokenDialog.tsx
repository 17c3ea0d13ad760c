import { useEffect, useRef } from "preact/hooks"
import { say } from "../texts.ts"
import { Button } from "../widgets/Button.tsx"
import { Field } from "../widgets/Field.tsx"
import { giveNoToken, giveToken, isTokenAsked, isTokenRefused } from "./token.ts"

/** Asks for a token of a server that is started with API_TOKENS. */
export const TokenDialog = () => {
  const dialog = useRef<HTMLDialogElement>(null)
  const input = useRef<HTMLInputElement>(null)
  const isOpen = isTokenAsked.value
  useEffect(() => {
    if (isOpen) dialog.current?.showModal()
    else dialog.current?.close()
  }, [isOpen])
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="token-title" onCancel={giveNoToken}>
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault()
          giveToken(input.current?.value ?? "")
        }}
      >
        <h2 id="token-title">{say("Ce serveur demande un jeton", "This server asks for a token")}</h2>
        <p>
          {say(
            "Un de ses API_TOKENS. La console le garde dans cet onglet seulement, jusqu'à sa fermeture.",
            "One of its API_TOKENS. The console keeps it in this tab only, until the tab is closed."
          )}
        </p>
        <Field
          label={say("Jeton", "Token")}
          error={isTokenRefused.value
            ? say("Le serveur refuse ce jeton.", "The server refuses this token.")
            : undefined}
        >
          {(props) => <input {...props} ref={input} type="password" autocomplete="off" required />}
        </Field>
        <div class="buttons">
          <Button kind="primary" type="submit">{say("Continuer", "Continue")}</Button>
          <Button onClick={giveNoToken}>{say("Annuler", "Cancel")}</Button>
        </div>
      </form>
    </dialog>
  )
}
