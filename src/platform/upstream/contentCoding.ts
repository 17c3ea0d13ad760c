import { promisify } from "node:util"
import { brotliDecompress, gunzip, inflate, inflateRaw, type InputType, type ZlibOptions } from "node:zlib"

/** Why a body could not be read by its codings. */
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

/** zlib's first byte names its method, 8; some servers send the bare stream instead (RFC 9110, 8.4.1.2). */
const deflate: Decode = (body, options) =>
  (body instanceof Uint8Array && ((body[0] ?? 0) & 0x0f) === 8 ? inflateZlib : inflateBare)(body, options)

/** The codings of RFC 9110, 8.4.1, and brotli (RFC 7932), by their names in lower case. */
const decoders: Readonly<Record<string, Decode>> = {
  gzip: promisify(gunzip),
  "x-gzip": promisify(gunzip),
  deflate,
  br: promisify(brotliDecompress)
}

/** Bytes of a decoder's output beyond the limit. */
const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE"

/** A header's list in lower case, without empty elements (RFC 9110, 5.6.1). */
const codingsOf = (header: string): ReadonlyArray<string> =>
  header.toLowerCase().split(",").map((name) => name.trim()).filter((name) => name !== "" && name !== "identity")

/**
 * A body without its codings, the last of which is undone first. Servers may code what nobody asked them to (RFC 9110, 12.5.3). At most
 * `limit` bytes come of each step, however small the body is. Rejects with `CodingFailed`.
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
