import { useAction } from "../action/Action.ts"
import { ActionResult } from "../action/ActionResult.tsx"
import { Moment } from "../action/Moment.tsx"
import { sizeText } from "../action/moments.ts"
import { MoreButton } from "../action/MoreButton.tsx"
import type { Pages } from "../action/Pages.ts"
import { ask, authorization, report } from "../api.ts"
import { say } from "../texts.ts"
import { Button } from "../widgets/Button.tsx"
import { Problem } from "../widgets/Problem.tsx"
import { type Column, Table } from "../widgets/Table.tsx"
import type { Upload } from "./Upload.ts"

/** Saves a file by way of the page, as a link sends no token. */
const saveByPage = async ({ filename, url }: Upload): Promise<void> => {
  const response = await ask(url, { headers: { accept: "*/*" } })
  const address = URL.createObjectURL(await response.blob())
  Object.assign(document.createElement("a"), { href: address, download: filename }).click()
  URL.revokeObjectURL(address)
}

const Download = ({ upload }: { readonly upload: Upload }) => (
  <a
    class="file-name"
    href={upload.url}
    download={upload.filename}
    onClick={(event) => {
      if (authorization()["authorization"] === undefined) return
      event.preventDefault()
      saveByPage(upload).catch(report)
    }}
  >
    {upload.filename}
  </a>
)

interface Props {
  readonly uploads: Pages<Upload>
  readonly onRemoved: () => void
}

/** The files that the server keeps: to download and to delete. */
export const UploadList = ({ onRemoved, uploads }: Props) => {
  const action = useAction()
  const remove = async ({ url }: Upload) => {
    if (await action.run(url, { method: "DELETE" }) !== undefined) onRemoved()
  }
  const columns: ReadonlyArray<Column<Upload>> = [
    { title: say("Fichier", "File"), cell: (upload) => <Download upload={upload} /> },
    { title: say("Taille", "Size"), isFigure: true, cell: ({ size }) => sizeText(size) },
    { title: say("Type", "Type"), cell: ({ content_type }) => content_type },
    { title: "SHA-256", cell: ({ sha256 }) => <code title={sha256}>{sha256.slice(0, 12)}…</code> },
    { title: say("Reçu", "Received"), cell: ({ created_at }) => <Moment at={created_at} /> },
    {
      title: say("Action", "Action"),
      cell: (upload) => (
        <Button
          kind="danger"
          label={say(`Supprimer ${upload.filename}`, `Delete ${upload.filename}`)}
          disabled={action.isRunning.value}
          onClick={() => void remove(upload)}
        >
          {say("Supprimer", "Delete")}
        </Button>
      )
    }
  ]
  return (
    <section>
      <h2>{say("Sur le serveur", "On the server")}</h2>
      <ActionResult action={action} />
      {uploads.failure.value !== undefined && <Problem error={uploads.failure.value} />}
      <Table
        caption={say("Fichiers gardés", "Stored files")}
        columns={columns}
        rows={uploads.rows.value}
        keyOf={({ id }) => id}
        empty={uploads.isLoaded.value ? say("Aucun fichier.", "No files.") : say("Chargement…", "Loading…")}
      />
      <MoreButton pages={uploads} />
    </section>
  )
}
