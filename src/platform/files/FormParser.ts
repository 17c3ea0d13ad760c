// @fastify/busboy was used before, and is ruled out by its tokenizer (see MultipartTokenizer.ts). Each of its streams
// buffers by a limit of its own. Here one limit holds for all files of a form.
import { Effect, Either } from "effect"
import { Readable } from "node:stream"
import { InvalidInput } from "../../domain/Problem.ts"
import { text } from "../../domain/Text.ts"
import { waitFor } from "../../domain/Wait.ts"
import * as FormRules from "./FormRules.ts"
import { MultipartTokenizer, type PartHeaders } from "./MultipartTokenizer.ts"

/** A file of a form, while it arrives. */
export interface IncomingFile {
  readonly field: string
  /** File name from the client, never used as a path. */
  readonly filename: string
  readonly contentType: string
  /**
   * Content of the file. The stream ends only when the whole file has arrived; if the form breaks off, its reader is
   * interrupted instead.
   */
  readonly content: Readable
}

/** Bytes of all files buffered for their consumers, so that network and disk can work at the same time. */
const readAhead = 1_048_576

/** Receiver of the current part. */
interface Sink {
  readonly data: (bytes: Buffer) => void
  readonly end: () => void
}

/** Files with unread bytes, and the room for more. */
class Contents {
  private readonly unread = new Set<Readable>()
  private readonly onRoom: () => void

  constructor(onRoom: () => void) {
    this.onRoom = onRoom
  }

  private readonly look = () => {
    if (this.haveRoom) this.onRoom()
  }

  get haveRoom(): boolean {
    let waiting = 0
    for (const content of this.unread) waiting += content.readableLength
    return waiting < readAhead
  }

  /** Opens a new content, filled by the caller. */
  open(): Readable {
    // Node asks for more before the read bytes have left the buffer, so the room is computed in the next tick.
    const content = new Readable({ highWaterMark: readAhead, read: () => process.nextTick(this.look) })
    const forget = () => {
      this.unread.delete(content)
      this.look()
    }
    this.unread.add(content)
    // Its reader may be gone already.
    return content.on("error", () => undefined).once("end", forget).once("close", forget)
  }
}

/** Sorts the parts of a form. Offers files, and skips other fields and empty inputs. */
const sinks = (
  expected: FormRules.Expected,
  contents: Contents,
  refused: (refusal: FormRules.FormProblem) => void,
  offer: (file: IncomingFile) => void
) => {
  let files = 0
  let fieldBytes = 0
  const fieldOf = (name: string, headerBytes: number): Sink => {
    const count = (bytes: number) => {
      fieldBytes += bytes
      if (fieldBytes > FormRules.maxFieldBytes) refused(FormRules.fieldsTooLarge(name))
    }
    count(headerBytes)
    return { data: ({ length }) => count(length), end: () => undefined }
  }
  const fileOf = (headers: FormRules.FileHeaders): Sink => {
    const content = contents.open()
    let size = 0
    offer({ field: expected.field, ...headers, content })
    return {
      data: (bytes) => {
        size += bytes.length
        if (size > expected.maxFileBytes) refused(FormRules.tooLarge(expected))
        else content.push(bytes)
      },
      end: () => content.push(null)
    }
  }
  return (headers: PartHeaders): Sink | undefined => {
    const read = FormRules.readHeaders(headers, expected)
    if (Either.isLeft(read)) return void refused(read.left)
    const part = read.right
    if (part.kind === "field") return fieldOf(part.name, part.size)
    if (part.kind === "empty") return { data: () => refused(FormRules.nameless(expected)), end: () => undefined }
    if (++files > FormRules.mostFiles(expected)) return void refused(FormRules.tooMany(expected))
    return fileOf(part)
  }
}

const arriving = waitFor("socket", () => ({ name: "form" }))

/**
 * Parses a form while it arrives and offers each of its files in order. A slow consumer causes backpressure to the
 * client. Succeeds when the whole form has arrived; fails at once at the first unexpected part.
 */
export const parse = (
  source: Readable,
  boundary: string,
  expected: FormRules.Expected,
  offer: (file: IncomingFile) => void
): Effect.Effect<void, FormRules.FormProblem> =>
  Effect.async((resume) => {
    let received = 0
    let settled = false
    let complete = false
    let sink: Sink | undefined

    const settle = (result: Effect.Effect<void, FormRules.FormProblem>) => {
      if (settled) return
      settled = true
      source.pause().off("data", onData).off("end", onEnd).off("close", onClose)
      resume(result)
    }
    const refused = (refusal: FormRules.FormProblem) => settle(Effect.fail(refusal))
    const invalid = (fr: string, en: string) => refused(FormRules.invalid(expected, text(fr, en)))
    const brokenOff = () =>
      refused(InvalidInput.of(
        ["body"],
        text("le formulaire s'interrompt avant sa fin", "the form breaks off before its end"),
        "value_error"
      ))

    const contents = new Contents(() => {
      if (!settled) source.resume()
    })
    const sinkOf = sinks(expected, contents, refused, (file) => {
      if (!settled) offer(file)
    })
    const tokenizer = new MultipartTokenizer(boundary, FormRules, {
      part: (headers) => {
        if (settled) return
        if (headers === undefined) invalid("une partie aux en-têtes mal formés", "a part with malformed headers")
        else sink = sinkOf(headers)
      },
      data: (bytes) => {
        if (!settled) sink?.data(bytes)
      },
      partEnd: () => {
        if (!settled) sink?.end()
      },
      closed: () => {
        complete = true
      },
      malformed: () => invalid("un délimiteur mal formé", "a malformed boundary")
    })

    const onData = (chunk: Buffer) => {
      received += chunk.length
      if (received > FormRules.maxFormBytes(expected)) return refused(FormRules.tooLarge(expected))
      // Bytes after the last boundary have no meaning (RFC 2046, 5.1.1).
      if (complete) return
      tokenizer.push(chunk)
      if (!complete && !contents.haveRoom) source.pause()
    }
    const onEnd = () => (complete ? settle(Effect.void) : brokenOff())
    const onClose = () => {
      if (!source.readableEnded) brokenOff()
    }
    source.on("error", () => undefined).on("data", onData).on("end", onEnd).on("close", onClose)
    if (source.destroyed) onClose()
    return Effect.sync(() => settle(Effect.void))
  }, arriving)
