/** First bytes of whole websocket frames (RFC 6455, 5.2). */
export const [text, ping, pong] = [0x81, 0x89, 0x8a]

const masked = 0x80
/** The length code that means: the length is in the next two bytes. */
const long = 126
const mask = Buffer.from([1, 2, 3, 4])

/** Makes a frame as a client sends it, of less than 64 KiB. */
export const clientFrame = (kind: number, payload: Buffer): Buffer => {
  const { length } = payload
  const head = length < long
    ? Buffer.from([kind, masked | length])
    : Buffer.from([kind, masked | long, length >> 8, length & 0xff])
  return Buffer.concat([head, mask, payload.map((byte, place) => byte ^ (mask[place % 4] ?? 0))])
}

/**
 * Splits received bytes into a server's frames of less than 64 KiB; calls back with the kind and the bounds of each
 * payload. Keeps no part of a chunk, so that its memory can be reused.
 */
export const frameReader = (onFrame: (kind: number, bytes: Buffer, start: number, end: number) => void) => {
  let rest: Buffer | undefined
  return (chunk: Buffer): void => {
    const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    while (at + 2 <= bytes.length) {
      const short = bytes[at + 1] ?? 0
      const start = at + (short === long ? 4 : 2)
      if (start > bytes.length) break
      const end = start + (short === long ? bytes.readUInt16BE(at + 2) : short)
      if (end > bytes.length) break
      onFrame(bytes[at] ?? 0, bytes, start, end)
      at = end
    }
    rest = at === bytes.length ? undefined : Buffer.from(bytes.subarray(at))
  }
}
