import { Effect, Either, Option } from "effect"
import { InvalidInput, PayloadTooLarge } from "../../domain/Problem.ts"
import { term } from "../../domain/Term.ts"
import { type Text, text } from "../../domain/Text.ts"
import { parseFormPart } from "./ContentDisposition.ts"
import { TooManyFiles } from "./FileProblems.ts"
import { parse as parseHeader } from "./HeaderParameters.ts"
import type { PartHeaders } from "./MultipartTokenizer.ts"

/** Rules of a form: files in one field. Text in other fields is skipped. */
export interface Expected {
  readonly field: string
  /** True if the field takes several files, at most `maxFiles`; false for exactly one. */
  readonly many: boolean
  readonly maxFiles: number
  readonly maxFileBytes: number
}

export type FormProblem = InvalidInput | PayloadTooLarge | TooManyFiles

/** Limits of one part's headers: bytes and number. */
export const maxHeaderBytes = 16_384
export const maxHeaders = 32

/** Bytes of all skipped fields, headers included. Enough for a form's hidden fields and buttons. */
export const maxFieldBytes = 65_536

/** Limit of files in a form. */
export const mostFiles = ({ many, maxFiles }: Expected) => (many ? maxFiles : 1)

/** Size of the largest acceptable form, in bytes. */
export const maxFormBytes = (expected: Expected) =>
  mostFiles(expected) * (expected.maxFileBytes + maxHeaderBytes) + maxHeaderBytes + maxFieldBytes

/** Problem of a file, or a whole form, beyond the limit. */
export const tooLarge = ({ field, maxFileBytes }: Expected) =>
  new PayloadTooLarge({
    what: term(`un fichier du champ ${field}`, `a file in the field ${field}`, field),
    limit: maxFileBytes
  })

/** Problem of skipped fields whose sum exceeds the limit at the named field. */
export const fieldsTooLarge = (name: string) =>
  new PayloadTooLarge({
    what: term(
      `tous les champs de texte ensemble, en-têtes compris (atteinte au champ ${JSON.stringify(name)})`,
      `all text fields together, headers included (reached at the field ${JSON.stringify(name)})`,
      name
    ),
    limit: maxFieldBytes
  })

/** Rejects a form whose announced size is too large, before reading it. */
export const checkLength = (announced: string | undefined, expected: Expected): Effect.Effect<void, PayloadTooLarge> =>
  announced !== undefined && Number(announced) > maxFormBytes(expected) ? Effect.fail(tooLarge(expected)) : Effect.void

/** Problem of a part with wrong content or headers. */
export const invalid = ({ field }: Expected, message: Text) => InvalidInput.of(["body", field], message, "value_error")

/** Problem of one file too many. */
export const tooMany = (expected: Expected) =>
  expected.many
    ? new TooManyFiles({ limit: expected.maxFiles })
    : invalid(expected, text("un seul fichier est attendu", "expected a single file"))

/** Problem of a form without a file in its field. */
export const missing = ({ field }: Expected) =>
  InvalidInput.of(["body", field], text("champ requis : un fichier", "field required: a file"), "missing")

/** Problem of a file with content but no name. An input that was left empty has neither a name nor content. */
export const nameless = (expected: Expected) =>
  invalid(expected, text("le fichier n'a pas de nom", "the file has no name"))

/** Problem of a file in a field that takes none. */
const misplaced = (name: string, { field }: Expected) =>
  InvalidInput.of(
    ["body", name],
    text(`fichier inattendu : le champ ${field} prend les fichiers`, `unexpected file: the field ${field} takes files`),
    "extra_forbidden"
  )

/** Characters of a media type. RFC 6838, 4.2 allows 127 for each of its two names. */
const longestType = 255

/**
 * Headers that a part may have once (RFC 2045, 3; RFC 2183, 2). If there were two lines, one would have to be ignored.
 */
const once = ["content-disposition", "content-type", "content-transfer-encoding"] as const

const isPrintable = (written: string) => /^[\x20-\x7e]+\/[\x20-\x7e]+$/.test(written)

/** Returns the part's media type, or that of unknown bytes if the part's type is missing or malformed. */
const mediaType = (written: string | undefined) =>
  Option.fromNullable(written).pipe(
    Option.filter((type) => isPrintable(type) && Option.isSome(parseHeader(type))),
    Option.getOrElse(() => "application/octet-stream")
  )

/** Facts about a file from the headers of its part. */
export interface FileHeaders {
  readonly filename: string
  readonly contentType: string
}

/**
 * A part by its headers: a file, a skipped field or an input that was left empty. A field's `size` is that of its
 * headers in bytes.
 */
export type Part =
  | { readonly kind: "file" } & FileHeaders
  | { readonly kind: "field"; readonly name: string; readonly size: number }
  | { readonly kind: "empty" }

/** Codings that leave the bytes unchanged. Others are obsolete in forms (RFC 7578, 4.7). */
const identities: ReadonlySet<string> = new Set(["7bit", "8bit", "binary"])

/** Estimates the size of headers in bytes, as the space between names and values varies. */
const sizeOf = (headers: PartHeaders) => JSON.stringify([...headers]).length

/** Reads the headers of a part. */
export const readHeaders = (headers: PartHeaders, expected: Expected): Either.Either<Part, InvalidInput> => {
  const repeated = once.find((name) => (headers.get(name) ?? []).length > 1)
  if (repeated !== undefined) {
    return Either.left(invalid(expected, text(`une partie a plusieurs ${repeated}`, `a part has several ${repeated}`)))
  }
  const [disposition, type, coding] = once.map((name) => headers.get(name)?.[0])
  const read = Option.flatMap(Option.fromNullable(disposition), parseFormPart)
  if (Option.isNone(read)) {
    return Either.left(
      invalid(
        expected,
        text("une partie au Content-Disposition mal formé", "a part with a malformed Content-Disposition")
      )
    )
  }
  const { filename, name } = read.value
  if (filename === "") return Either.right({ kind: "empty" })
  if (name !== expected.field) {
    return filename === undefined
      ? Either.right({ kind: "field", name, size: sizeOf(headers) })
      : Either.left(misplaced(name, expected))
  }
  if (filename === undefined) {
    return Either.left(
      invalid(expected, text("un fichier est attendu, un texte a été reçu", "expected a file, received text"))
    )
  }
  if (type !== undefined && type.length > longestType) {
    return Either.left(invalid(
      expected,
      text(`Content-Type dépasse ${longestType} caractères`, `Content-Type exceeds ${longestType} characters`)
    ))
  }
  if (coding !== undefined && !identities.has(coding.toLowerCase())) {
    return Either.left(invalid(
      expected,
      text(
        `Content-Transfer-Encoding ${coding} n'est pas pris : les octets sont attendus tels quels`,
        `Content-Transfer-Encoding ${coding} is not taken: the bytes are expected as they are`
      )
    ))
  }
  return Either.right({ kind: "file", filename, contentType: mediaType(type) })
}
