import { Effect, Schema } from "effect"
import { BackupFailed, type Entry } from "./Archive.ts"
import { Counts } from "./DatabaseFile.ts"

export const database = "barista.sqlite"
export const manifestName = "manifest.json"
export const uploads = "uploads/"

const EntrySchema = Schema.Struct({ name: Schema.String, size: Schema.Int, sha256: Schema.String })

/** The manifest of a backup, the last entry of its archive. */
export const Manifest = Schema.parseJson(
  Schema.Struct({
    format: Schema.Literal(1),
    created_at: Schema.String,
    counts: Counts,
    /** All other entries. */
    files: Schema.Array(EntrySchema),
    /** Uploads whose file was lost before the backup, by their name on the disk. */
    missing: Schema.Array(Schema.String)
  }),
  { space: 2 }
)
export type Manifest = typeof Manifest.Type

const text = ({ name, sha256, size }: Entry) => `${name} ${size} ${sha256}`

/** Compares an archive's entries with its manifest. Fails unless they match byte for byte. */
export const verify = (manifest: Manifest, entries: ReadonlyArray<Entry>): Effect.Effect<void, BackupFailed> => {
  const found = new Set(entries.filter(({ name }) => name !== manifestName).map(text))
  const wrong = manifest.files.filter((file) => !found.has(text(file)))
  return wrong.length === 0 && found.size === manifest.files.length
    ? Effect.void
    : new BackupFailed({
      message: `the archive is not what its manifest says: ${wrong.map(({ name }) => name).join(", ") || "it has more"}`
    })
}
