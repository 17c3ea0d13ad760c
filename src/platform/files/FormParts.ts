import { Dicer } from "@fastify/busboy"
import { Effect, Either, Option, Schema } from "effect"
import { Readable } from "node:stream"
import { define, type Description, InvalidInput, PayloadTooLarge } from "../../domain/Problem.ts"
import { text } from "../../domain/Text.ts"
import { parseFormPart } from "./ContentDisposition.ts"
import { parse as parseHeader } from "./HeaderParameters.ts"

/** What a form may hold: files in one field, and nothing else. */
export interface Expected {
  readonly field: string
  /** Whether the field takes several files, at most `maxFiles`, or exactly one. */
  readonly many: boolean
  readonly maxFiles: number
  readonly maxFileBytes: number
}

/** A file of a form, while it arrives. */
export interface IncomingFile {
  readonly field: string
  /** As the client wrote it: never a path here. */
  readonly filename: string
  readonly contentType: string
  /** Ends when the whole file is there, and never before: where the form breaks off, its reader is interrupted instead. */
  readonly content: Readable
}

/** 413: a form with more files than the server takes at once. */
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

export type Refusal = InvalidInput | PayloadTooLarge | TooManyFiles

/** Bytes of one part's headers, and how many there may be: beyond it the parser drops the rest, which then fails as malformed. */
const maxHeaderBytes = 16_384
const maxHeaders = 32
/** Bytes of a file that wait for its consumer, so that the network and the disk need not take turns. */
const readAhead = 1_048_576

const mostFiles = ({ many, maxFiles }: Expected) => (many ? maxFiles : 1)

/** The size of the largest form that could be taken, in bytes. */
const maxFormBytes = (expected: Expected) =>
  mostFiles(expected) * (expected.maxFileBytes + maxHeaderBytes) + maxHeaderBytes

const tooLarge = ({ field, maxFileBytes }: Expected) => new PayloadTooLarge({ what: field, limit: maxFileBytes })

/** Refuses a form whose announced size is already too large, before any of it is read. */
export const checkLength = (announced: string | undefined, expected: Expected): Effect.Effect<void, PayloadTooLarge> =>
  announced !== undefined && Number(announced) > maxFormBytes(expected) ? Effect.fail(tooLarge(expected)) : Effect.void

const invalid = ({ field }: Expected, message: string) => InvalidInput.of(["body", field], message, "value_error")

/** The form had no file in its field. */
export const missing = ({ field }: Expected) => InvalidInput.of(["body", field], "field required: a file", "missing")

const Headers = Schema.Record({ key: Schema.String, value: Schema.Array(Schema.String) })

const isPrintable = (written: string) => written.length <= 255 && /^[\x20-\x7e]+\/[\x20-\x7e]+$/.test(written)

/** The part's media type; the one for unknown bytes where it has none or a malformed one. */
const mediaType = (written: string | undefined) =>
  Option.fromNullable(written).pipe(
    Option.filter((type) => isPrintable(type) && Option.isSome(parseHeader(type))),
    Option.getOrElse(() => "application/octet-stream")
  )

interface FileHeaders {
  readonly filename: string
  readonly contentType: string
}

const readHeaders = (headers: unknown, expected: Expected): Either.Either<FileHeaders, InvalidInput> => {
  const { "content-disposition": dispositions = [], "content-type": types = [] } = Schema.is(Headers)(headers)
    ? headers
    : {}
  const disposition = dispositions.length === 1 ? parseFormPart(dispositions[0] ?? "") : Option.none()
  if (Option.isNone(disposition)) {
    return Either.left(invalid(expected, "a part with a malformed Content-Disposition"))
  }
  const { filename, name } = disposition.value
  if (name !== expected.field || filename === "") return Either.left(missing(expected))
  if (filename === undefined) return Either.left(invalid(expected, "expected a file, received text"))
  return Either.right({ filename, contentType: mediaType(types[0]) })
}

/** The part's bytes as a stream of its own: the parser's ends also where the form breaks off. */
const contentOf = (part: Readable, counted: (size: number) => void, complete: () => void): Readable => {
  let size = 0
  let brokenOff = false
  const content = new Readable({ highWaterMark: readAhead, read: () => void part.resume() })
  // its reader may be gone already
  content.on("error", () => undefined)
  part
    .on("error", () => {
      brokenOff = true
    })
    .on("data", (chunk: Buffer) => {
      size += chunk.length
      counted(size)
      if (!content.push(chunk)) part.pause()
    })
    .on("end", () => {
      if (brokenOff) return
      content.push(null)
      complete()
    })
  return content
}

/**
 * Parses a form while it arrives and offers each of its files in order, holding back the client while a file's consumer is slow.
 * Succeeds when the whole form is there; fails at the first thing that is not expected, at once.
 *
 * The tokenizer of busboy is used without its form layer, which quietly takes or skips what a client wrote wrong.
 */
export const parse = (
  source: Readable,
  boundary: string,
  expected: Expected,
  offer: (file: IncomingFile) => void
): Effect.Effect<void, Refusal> =>
  Effect.async((resume) => {
    let received = 0
    let parts = 0
    let files = 0
    let unfinished = 0
    let closed = false
    let settled = false
    const options = { boundary, maxHeaderPairs: maxHeaders, maxHeaderSize: maxHeaderBytes }
    const parser = new Dicer(options)

    const settle = (result: Effect.Effect<void, Refusal>) => {
      settled = true
      source.pause().off("data", onData).off("end", onEnd).off("close", onClose)
      resume(result)
    }
    const refuse = (refusal: Refusal) => {
      if (!settled) settle(Effect.fail(refusal))
    }
    const breaksOff = () => refuse(InvalidInput.of(["body"], "the form breaks off before its end", "value_error"))
    // a part without headers is skipped by the parser without a word
    const isMalformed = () => parts !== files
    const malformed = () => refuse(invalid(expected, "a part with malformed headers"))
    const succeedWhenComplete = () => {
      if (settled || !closed || unfinished > 0 || !source.readableEnded) return
      if (isMalformed()) malformed()
      else settle(Effect.void)
    }

    const onHeaders = (part: Readable) => (headers: unknown) => {
      files += 1
      const read = readHeaders(headers, expected)
      if (Either.isLeft(read)) return refuse(read.left)
      if (files > mostFiles(expected)) {
        return refuse(
          expected.many ? new TooManyFiles({ limit: expected.maxFiles }) : invalid(expected, "expected a single file")
        )
      }
      unfinished += 1
      const content = contentOf(part, (size) => {
        if (size > expected.maxFileBytes) refuse(tooLarge(expected))
      }, () => {
        unfinished -= 1
        succeedWhenComplete()
      })
      offer({ field: expected.field, ...read.right, content })
    }
    parser.on("part", (part) => {
      if (settled) return
      if (isMalformed()) return malformed()
      parts += 1
      part.on("error", () => undefined).once("header", onHeaders(part))
    })
    parser.on("error", breaksOff)
    parser.on("finish", () => {
      closed = true
      succeedWhenComplete()
    })

    const onData = (chunk: Buffer) => {
      received += chunk.length
      if (received > maxFormBytes(expected)) return refuse(tooLarge(expected))
      // one chunk at a time: what the parser throws is then thrown here, and not where nothing could catch it
      source.pause()
      try {
        parser.write(chunk, () => {
          if (!settled) source.resume()
        })
      } catch {
        malformed()
      }
    }
    const onEnd = () => {
      parser.end()
      succeedWhenComplete()
    }
    const onClose = () => {
      if (!source.readableEnded) breaksOff()
    }
    source.on("error", () => undefined).on("data", onData).on("end", onEnd).on("close", onClose)
    if (source.destroyed) onClose()
    return Effect.sync(() => settle(Effect.void))
  })
