/** A text message as a server sends it: framed once, however many connections it goes to. */
export interface Frame {
  readonly bytes: Buffer
  /** Of the message alone, in bytes. */
  readonly length: number
}

/** Final frames, of text, of opcode 1, and of a pong, of opcode 10 (RFC 6455, 5.2). */
const finalText = 0x81
const finalPong = 0x8a

/** The answer to a ping, which repeats its data: at most 125 bytes (RFC 6455, 5.5). */
export const pong = (data: Buffer): Frame => ({
  bytes: Buffer.concat([Buffer.from([finalPong, data.length]), data]),
  length: data.length
})

/** Frames a text, unmasked, as a server's frames are (RFC 6455, 5.1 and 5.2). */
export const text = (message: string): Frame => {
  const length = Buffer.byteLength(message)
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const bytes = Buffer.allocUnsafe(header + length)
  bytes[0] = finalText
  if (header === 2) {
    bytes[1] = length
  } else if (header === 4) {
    bytes[1] = 126
    bytes.writeUInt16BE(length, 2)
  } else {
    bytes[1] = 127
    bytes.writeBigUInt64BE(BigInt(length), 2)
  }
  bytes.write(message, header)
  return { bytes, length }
}
