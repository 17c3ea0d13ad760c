import { Schema } from "effect"
import { define, type Description } from "../../domain/Problem.ts"
import { text } from "../../domain/Text.ts"

/** 413: the form has more files than the server takes at once. */
export class TooManyFiles extends define<TooManyFiles>()("TooManyFiles", 413, { limit: Schema.Int }) {
  get problem(): Description {
    return {
      title: text("Trop de fichiers", "Too many files"),
      detail: text(
        `Une requête porte au plus ${this.limit} fichiers.`,
        `A request holds at most ${this.limit} files.`
      )
    }
  }
}

/** 507: the disk has no room for the file. */
export class StorageFull extends define<StorageFull>()("StorageFull", 507, { code: Schema.String }) {
  get problem(): Description {
    return {
      title: text("Espace de stockage insuffisant", "Insufficient storage"),
      detail: text("Le disque n'a plus de place pour ce fichier.", "The disk has no room for this file.")
    }
  }
}
