import { Effect, Either, Option, Schema } from "effect"
import { InvalidInput, PayloadTooLarge } from "../../domain/Problem.ts"
import { type Text, text } from "../../domain/Text.ts"
import { parseFormPart } from "./ContentDisposition.ts"
import { TooManyFiles } from "./FileProblems.ts"
import { parse as parseHeader } from "./HeaderParameters.ts"

/** What a form may hold: files in one field, and nothing else. */
export interface Expected {
  readonly field: string
  /** Whether the field takes several files, at most `maxFiles`, or exactly one. */
  readonly many: boolean
  readonly maxFiles: number
  readonly maxFileBytes: number
}

export type Refusal = InvalidInput | PayloadTooLarge | TooManyFiles

/** Bytes of one part's headers, and how many there may be: beyond it the parser drops the rest, which then fails as malformed. */
export const maxHeaderBytes = 16_384
export const maxHeaders = 32

/** Files that a form may hold. */
export const mostFiles = ({ many, maxFiles }: Expected) => (many ? maxFiles : 1)

/** The size of the largest form that could be taken, in bytes. */
export const maxFormBytes = (expected: Expected) =>
  mostFiles(expected) * (expected.maxFileBytes + maxHeaderBytes) + maxHeaderBytes

/** A file, or the whole form, is larger than may be. */
export const tooLarge = ({ field, maxFileBytes }: Expected) => new PayloadTooLarge({ what: field, limit: maxFileBytes })

/** Refuses a form whose announced size is already too large, before any of it is read. */
export const checkLength = (announced: string | undefined, expected: Expected): Effect.Effect<void, PayloadTooLarge> =>
  announced !== undefined && Number(announced) > maxFormBytes(expected) ? Effect.fail(tooLarge(expected)) : Effect.void

/** A part of the form is not what it should be. */
export const invalid = ({ field }: Expected, message: Text) => InvalidInput.of(["body", field], message, "value_error")

/** There is one file more than may be. */
export const tooMany = (expected: Expected) =>
  expected.many
    ? new TooManyFiles({ limit: expected.maxFiles })
    : invalid(expected, text("un seul fichier est attendu", "expected a single file"))

/** The form has no file in its field. */
export const missing = ({ field }: Expected) =>
  InvalidInput.of(["body", field], text("champ requis : un fichier", "field required: a file"), "missing")

const Headers = Schema.Record({ key: Schema.String, value: Schema.Array(Schema.String) })

const isPrintable = (written: string) => written.length <= 255 && /^[\x20-\x7e]+\/[\x20-\x7e]+$/.test(written)

/** The part's media type; the one for unknown bytes where it has none or a malformed one. */
const mediaType = (written: string | undefined) =>
  Option.fromNullable(written).pipe(
    Option.filter((type) => isPrintable(type) && Option.isSome(parseHeader(type))),
    Option.getOrElse(() => "application/octet-stream")
  )

/** What the headers of a part say of its file. */
export interface FileHeaders {
  readonly filename: string
  readonly contentType: string
}

/** Reads the headers of a part as the parser gives them. */
export const readHeaders = (headers: unknown, expected: Expected): Either.Either<FileHeaders, InvalidInput> => {
  const { "content-disposition": dispositions = [], "content-type": types = [] } = Schema.is(Headers)(headers)
    ? headers
    : {}
  const disposition = dispositions.length === 1 ? parseFormPart(dispositions[0] ?? "") : Option.none()
  if (Option.isNone(disposition)) {
    return Either.left(
      invalid(
        expected,
        text("une partie au Content-Disposition mal formé", "a part with a malformed Content-Disposition")
      )
    )
  }
  const { filename, name } = disposition.value
  if (name !== expected.field || filename === "") return Either.left(missing(expected))
  if (filename === undefined) {
    return Either.left(
      invalid(expected, text("un fichier est attendu, un texte a été reçu", "expected a file, received text"))
    )
  }
  return Either.right({ filename, contentType: mediaType(types[0]) })
}
