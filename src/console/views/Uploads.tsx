import { useEffect } from "preact/hooks"
import { usePages } from "../action/Pages.ts"
import { returns } from "../api.ts"
import { say } from "../texts.ts"
import { DropZone } from "../uploads/DropZone.tsx"
import { Queue } from "../uploads/Queue.ts"
import { SendingRow } from "../uploads/SendingRow.tsx"
import type { Upload } from "../uploads/Upload.ts"
import { UploadList } from "../uploads/UploadList.tsx"

const path = "/uploads?limit=100"

/** Files go on being sent while the reader looks at another view. */
const queue = new Queue()

/** The view `#/uploads`: sends files, several at once, each with its progress and a pause; lists and deletes them. */
export const Uploads = () => {
  const uploads = usePages<Upload>()
  useEffect(() => void uploads.load(path), [returns.value])
  useEffect(() => {
    queue.onStored = () => void uploads.load(path)
    return () => {
      queue.onStored = () => undefined
    }
  }, [])
  return (
    <>
      <h1>{say("Fichiers", "Uploads")}</h1>
      <p class="hint">
        {say(
          "Le serveur écrit au fil de l'eau, à mémoire constante. En pause il n'écrit plus : les tampons se remplissent, et TCP arrête le navigateur. Un envoi arrêté ne laisse rien.",
          "The server writes what arrives, at constant memory. Paused, it writes no more: the buffers fill, and TCP stops the browser. A stopped upload leaves nothing."
        )}
      </p>
      <DropZone onFiles={(files) => queue.add(files)} />
      {queue.all.value.length > 0 && (
        <ul class="sendings" aria-label={say("Envois", "Transfers")}>
          {queue.all.value.map((sending) => <SendingRow key={sending.id} sending={sending} />)}
        </ul>
      )}
      <UploadList uploads={uploads} onRemoved={() => void uploads.load(path)} />
    </>
  )
}
