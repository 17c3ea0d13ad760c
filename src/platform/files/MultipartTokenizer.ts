// busboy 1.6.0 and @fastify/busboy 3.2.6 were tried. RFC 2046, 5.1.1 allows a blank behind a boundary. Both libraries
// then finish without an error and without the file. multipasta 0.2.8, of @effect/platform, throws on
// `filename*=UTF-8''%ZZ`.

/** Headers of a part: values by lower-case name, in node's form, one character a byte. */
export type PartHeaders = ReadonlyMap<string, ReadonlyArray<string>>

/** Receives a form's pieces in order; nothing follows `closed` or `malformed`. */
export interface Listener {
  /** Begins a part; `headers` is undefined if they are malformed. */
  readonly part: (headers: PartHeaders | undefined) => void
  /** Receives bytes of the part, as a view of a chunk if possible. */
  readonly data: (bytes: Buffer) => void
  readonly partEnd: () => void
  /** Marks the last boundary. Bytes after it have no meaning. */
  readonly closed: () => void
  /** Reports a boundary that is not followed by the end of its line. */
  readonly malformed: () => void
}

/** Limits of one part's headers: bytes and number. */
export interface Limits {
  readonly maxHeaderBytes: number
  readonly maxHeaders: number
}

type State = "preamble" | "boundary" | "headers" | "content" | "over"

const lineBreak = Buffer.from("\r\n")
const headersEnd = Buffer.from("\r\n\r\n")
const carriageReturn = 13
const nothing = Buffer.alloc(0)

/** Limit of white space behind a boundary, which some gateways add (RFC 2046, 5.1.1). */
const longestPadding = 256

const header = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n]*?)[ \t]*$/

/** Parses a block of headers. Lines may be folded (RFC 5322, 2.2.3). */
const parseHeaders = (block: string, most: number): PartHeaders | undefined => {
  const headers = new Map<string, Array<string>>()
  const lines = block.replaceAll(/\r\n[ \t]+/g, " ").split("\r\n")
  if (lines.length > most) return undefined
  for (const line of lines) {
    const [, name, value = ""] = header.exec(line) ?? []
    if (name === undefined) return undefined
    const key = name.toLowerCase()
    headers.set(key, [...headers.get(key) ?? [], value])
  }
  return headers
}

/**
 * Cuts a `multipart` body into its parts while it arrives (RFC 2046, 5.1.1), and buffers only an unfinished line or
 * block of headers.
 */
export class MultipartTokenizer {
  private readonly delimiter: Buffer
  private readonly limits: Limits
  private readonly listener: Listener
  private state: State = "preamble"
  /**
   * Bytes that cannot be judged yet. Starts with a line break, as the first boundary may stand at the very beginning.
   */
  private rest: Buffer = lineBreak

  constructor(boundary: string, limits: Limits, listener: Listener) {
    this.delimiter = Buffer.from(`\r\n--${boundary}`, "latin1")
    this.limits = limits
    this.listener = listener
  }

  push(chunk: Buffer): void {
    let bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk])
    this.rest = nothing
    while (this.state !== "over") {
      const next = this.step(bytes)
      if (next === undefined) return
      bytes = bytes.subarray(next)
    }
  }

  /** Returns the position to continue from; undefined if more bytes are needed. */
  private step(bytes: Buffer): number | undefined {
    if (this.state === "boundary") return this.boundary(bytes)
    if (this.state === "headers") return this.headers(bytes)
    return this.content(bytes)
  }

  /** Reads content, or the preamble, up to the next boundary. */
  private content(bytes: Buffer): number | undefined {
    const at = bytes.indexOf(this.delimiter)
    const end = at < 0 ? this.possibleDelimiter(bytes) : at
    if (this.state === "content" && end > 0) this.listener.data(bytes.subarray(0, end))
    if (at < 0) return this.wait(bytes.subarray(end))
    if (this.state === "content") this.listener.partEnd()
    this.state = "boundary"
    return at + this.delimiter.length
  }

  /** Finds the start of a possible delimiter in the last bytes, or else their end. */
  private possibleDelimiter(bytes: Buffer): number {
    let at = bytes.indexOf(carriageReturn, Math.max(0, bytes.length - this.delimiter.length + 1))
    while (at >= 0) {
      const tail = bytes.subarray(at)
      if (this.delimiter.subarray(0, tail.length).equals(tail)) return at
      at = bytes.indexOf(carriageReturn, at + 1)
    }
    return bytes.length
  }

  /** Reads the rest of a boundary's line: two hyphens after the last boundary, white space after any other. */
  private boundary(bytes: Buffer): number | undefined {
    if (bytes.length < 2) return this.wait(bytes)
    if (bytes.toString("latin1", 0, 2) === "--") return this.finish(this.listener.closed)
    const end = bytes.indexOf(lineBreak)
    const padding = bytes.toString("latin1", 0, end < 0 ? bytes.length : end)
    // The line break may have arrived in part.
    if (!/^[ \t]*\r?$/.test(padding) || padding.length > longestPadding) return this.finish(this.listener.malformed)
    if (end < 0) return this.wait(bytes)
    this.state = "headers"
    return end + lineBreak.length
  }

  private headers(bytes: Buffer): number | undefined {
    if (bytes.length < 2) return this.wait(bytes)
    const isNone = bytes.subarray(0, 2).equals(lineBreak)
    const end = bytes.indexOf(headersEnd)
    const length = end < 0 ? bytes.length : end
    // Otherwise a boundary inside the headers would hold up the parser to the end of the form.
    const isBoundary = bytes.subarray(0, this.delimiter.length - 2).equals(this.delimiter.subarray(2)) ||
      bytes.subarray(0, length).includes(this.delimiter)
    if (isNone || isBoundary || length > this.limits.maxHeaderBytes) {
      return this.finish(() => this.listener.part(undefined))
    }
    if (end < 0) return this.wait(bytes)
    this.state = "content"
    this.listener.part(parseHeaders(bytes.toString("latin1", 0, end), this.limits.maxHeaders))
    return end + headersEnd.length
  }

  private wait(bytes: Buffer): undefined {
    this.rest = bytes
    return undefined
  }

  private finish(tell: () => void): undefined {
    this.state = "over"
    tell()
    return undefined
  }
}
