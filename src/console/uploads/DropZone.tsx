import { useSignal } from "@preact/signals"
import { useRef } from "preact/hooks"
import { say } from "../texts.ts"
import { Button } from "../widgets/Button.tsx"

/** Takes files that are dropped or chosen. */
export const DropZone = ({ onFiles }: { readonly onFiles: (files: ReadonlyArray<File>) => void }) => {
  const input = useRef<HTMLInputElement>(null)
  const isOver = useSignal(false)
  return (
    <div
      class={`drop${isOver.value ? " drop-over" : ""}`}
      onDragOver={(event) => {
        event.preventDefault()
        isOver.value = true
      }}
      onDragLeave={() => (isOver.value = false)}
      onDrop={(event) => {
        event.preventDefault()
        isOver.value = false
        onFiles([...event.dataTransfer?.files ?? []])
      }}
    >
      <Button kind="primary" onClick={() => input.current?.click()}>
        {say("Choisir des fichiers", "Choose files")}
      </Button>
      <p>{say("ou les déposer ici", "or drop them here")}</p>
      <input
        ref={input}
        type="file"
        multiple
        class="for-readers"
        tabIndex={-1}
        aria-label={say("Fichiers à envoyer", "Files to send")}
        onChange={({ currentTarget }) => {
          onFiles([...currentTarget.files ?? []])
          currentTarget.value = ""
        }}
      />
    </div>
  )
}
