import { useSignal } from "@preact/signals"
import { useRef } from "preact/hooks"
import { say } from "../texts.ts"
import { Button } from "../widgets/Button.tsx"
import { Notice } from "../widgets/Notice.tsx"
import { type Opened, openFile } from "./files.ts"

interface Props {
  readonly onOpen: (opened: Opened) => void
}

/** Opens a saved recording, by a picker or by a file that is dropped here. */
export const OpenFile = ({ onOpen }: Props) => {
  const input = useRef<HTMLInputElement>(null)
  const isOver = useSignal(false)
  const fault = useSignal<string | undefined>(undefined)
  const take = (file: File | null | undefined) => {
    if (file === null || file === undefined) return
    fault.value = undefined
    openFile(file).then(onOpen, (error: unknown) => {
      fault.value = error instanceof Error ? error.message : String(error)
    })
  }
  return (
    <div class="open-file">
      <div
        class={isOver.value ? "drop drop-over" : "drop"}
        onDragOver={(event) => {
          event.preventDefault()
          isOver.value = true
        }}
        onDragLeave={() => {
          isOver.value = false
        }}
        onDrop={(event) => {
          event.preventDefault()
          isOver.value = false
          take(event.dataTransfer?.files[0])
        }}
      >
        <Button onClick={() => input.current?.click()}>{say("Ouvrir un fichier", "Open a file")}</Button>
        <p class="hint">
          {say(
            "ou déposez ici un enregistrement (JSON) ; la page l'oublie quand elle est rechargée",
            "or drop a recording here (JSON); the page forgets it when it is reloaded"
          )}
        </p>
        <input
          ref={input}
          class="for-readers"
          type="file"
          accept=".json,application/json"
          tabIndex={-1}
          aria-label={say("Fichier d'enregistrement", "File of a recording")}
          onChange={({ currentTarget }) => {
            take(currentTarget.files?.[0])
            currentTarget.value = ""
          }}
        />
      </div>
      {fault.value !== undefined && (
        <Notice tone="error" title={say("Ce fichier n'a pas pu être ouvert", "This file could not be opened")}>
          <p>{fault.value}</p>
        </Notice>
      )}
    </div>
  )
}
