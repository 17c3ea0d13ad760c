import { promisify } from "node:util"
import { brotliDecompress, gunzip, inflate, inflateRaw, type InputType, type ZlibOptions } from "node:zlib"

/** Error of a body whose codings could not be undone. */
export class CodingFailed extends Error {
  readonly code: "bad-coding" | "too-large"

  constructor(code: "bad-coding" | "too-large", cause?: unknown) {
    super(code, { cause })
    this.code = code
  }
}

type Decode = (body: InputType, options: ZlibOptions) => Promise<Buffer>

const inflateZlib: Decode = promisify(inflate)
const inflateBare: Decode = promisify(inflateRaw)

/**
 * Inflates both forms of deflate. A zlib stream has its method, 8, in the first byte; some servers send the bare stream
 * (RFC 9110, 8.4.1.2).
 */
const deflate: Decode = (body, options) =>
  (body instanceof Uint8Array && ((body[0] ?? 0) & 0x0f) === 8 ? inflateZlib : inflateBare)(body, options)

/** Decoders by lower-case name: the codings of RFC 9110, 8.4.1, and brotli (RFC 7932). */
const decoders: Readonly<Record<string, Decode>> = {
  gzip: promisify(gunzip),
  "x-gzip": promisify(gunzip),
  deflate,
  br: promisify(brotliDecompress)
}

/** True if a decoder's output exceeds the limit. */
const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE"

/** Lists a header's codings in lower case, without empty elements (RFC 9110, 5.6.1). */
const codingsOf = (header: string): ReadonlyArray<string> =>
  header.toLowerCase().split(",").map((name) => name.trim()).filter((name) => name !== "" && name !== "identity")

/**
 * Removes a body's codings, the last one first. Servers may code without being asked (RFC 9110, 12.5.3). Each step
 * yields at most `limit` bytes, however small the body is. Rejects with `CodingFailed`.
 */
export const decoded = async (body: Buffer, header: string, limit: number): Promise<Buffer> => {
  let bytes = body
  for (const name of codingsOf(header).toReversed()) {
    const decode = Object.hasOwn(decoders, name) ? decoders[name] : undefined
    if (decode === undefined) throw new CodingFailed("bad-coding")
    try {
      bytes = await decode(bytes, { maxOutputLength: limit })
    } catch (error) {
      throw new CodingFailed(isTooLarge(error) ? "too-large" : "bad-coding", error)
    }
  }
  return bytes
}
