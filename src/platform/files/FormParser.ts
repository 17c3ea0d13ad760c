import { Dicer } from "@fastify/busboy"
import { Effect, Either } from "effect"
import { Readable } from "node:stream"
import { InvalidInput } from "../../domain/Problem.ts"
import { text } from "../../domain/Text.ts"
import * as FormRules from "./FormRules.ts"

/** A file of a form, while it arrives. */
export interface IncomingFile {
  readonly field: string
  /** As the client wrote it: never a path here. */
  readonly filename: string
  readonly contentType: string
  /** Ends when the whole file is there, and never before: where the form breaks off, its reader is interrupted instead. */
  readonly content: Readable
}

/** Bytes of a file that wait for its consumer, so that the network and the disk need not take turns. */
const readAhead = 1_048_576

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

/** What a tokenizer reports; it may go on after the first report, which is the one that counts. */
interface Reports {
  readonly file: (file: IncomingFile) => void
  readonly refused: (refusal: FormRules.Refusal) => void
  /** The last boundary was there, and all that came before it. */
  readonly complete: () => void
}

/** The tokenizer of busboy, without its form layer, which quietly takes or skips what a client wrote wrong. */
const tokenizer = (boundary: string, expected: FormRules.Expected, { complete, file, refused }: Reports): Dicer => {
  let begun = 0
  let withHeaders = 0
  let unfinished = 0
  let closed = false
  const options = { boundary, maxHeaderPairs: FormRules.maxHeaders, maxHeaderSize: FormRules.maxHeaderBytes }
  const parser = new Dicer(options)

  // a part without an end of its headers is skipped by the parser without a word
  const allHaveHeaders = () => begun === withHeaders
  const withoutHeaders = () =>
    refused(FormRules.invalid(expected, text("une partie aux en-têtes mal formés", "a part with malformed headers")))
  const finish = () => {
    if (!closed || unfinished > 0) return
    if (allHaveHeaders()) complete()
    else withoutHeaders()
  }

  const onHeaders = (part: Readable) => (headers: unknown) => {
    withHeaders++
    const read = FormRules.readHeaders(headers, expected)
    if (Either.isLeft(read)) return refused(read.left)
    if (withHeaders > FormRules.mostFiles(expected)) return refused(FormRules.tooMany(expected))
    unfinished++
    const content = contentOf(part, (size) => {
      if (size > expected.maxFileBytes) refused(FormRules.tooLarge(expected))
    }, () => {
      unfinished--
      finish()
    })
    file({ field: expected.field, ...read.right, content })
  }
  parser.on("part", (part) => {
    if (!allHaveHeaders()) return withoutHeaders()
    begun++
    part.on("error", () => undefined).once("header", onHeaders(part))
  })
  parser.on("finish", () => {
    closed = true
    finish()
  })
  return parser
}

/**
 * Parses a form while it arrives and offers each of its files in order, holding back the client while a file's consumer is slow.
 * Succeeds when the whole form is there; fails at the first thing that is not expected, at once.
 */
export const parse = (
  source: Readable,
  boundary: string,
  expected: FormRules.Expected,
  offer: (file: IncomingFile) => void
): Effect.Effect<void, FormRules.Refusal> =>
  Effect.async((resume) => {
    let received = 0
    let settled = false
    let complete = false

    const settle = (result: Effect.Effect<void, FormRules.Refusal>) => {
      if (settled) return
      settled = true
      source.pause().off("data", onData).off("end", onEnd).off("close", onClose)
      resume(result)
    }
    const refused = (refusal: FormRules.Refusal) => settle(Effect.fail(refusal))
    const brokenOff = () =>
      refused(
        InvalidInput.of(
          ["body"],
          text("le formulaire s'interrompt avant sa fin", "the form breaks off before its end"),
          "value_error"
        )
      )
    const succeedAtEnd = () => {
      if (complete && source.readableEnded) settle(Effect.void)
    }

    const parser = tokenizer(boundary, expected, {
      refused,
      file: (file) => {
        if (!settled) offer(file)
      },
      complete: () => {
        complete = true
        // the tokenizer never asks for more when its last bytes had to wait for their consumer
        if (!settled) source.resume()
        succeedAtEnd()
      }
    }).on("error", brokenOff)

    const onData = (chunk: Buffer) => {
      received += chunk.length
      if (received > FormRules.maxFormBytes(expected)) return refused(FormRules.tooLarge(expected))
      // what follows the last boundary means nothing (RFC 2046, 5.1.1)
      if (complete) return
      // one chunk at a time: what the parser throws is then thrown here, and not where nothing could catch it
      source.pause()
      try {
        parser.write(chunk, () => {
          if (!settled) source.resume()
        })
      } catch {
        refused(FormRules.invalid(expected, text("un formulaire mal formé", "a malformed form")))
      }
    }
    const onEnd = () => {
      parser.end()
      succeedAtEnd()
    }
    const onClose = () => {
      if (!source.readableEnded) brokenOff()
    }
    source.on("error", () => undefined).on("data", onData).on("end", onEnd).on("close", onClose)
    if (source.destroyed) onClose()
    return Effect.sync(() => settle(Effect.void))
  })
