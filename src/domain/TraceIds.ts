import { randomFillSync } from "node:crypto"

/** Random bytes for many ids, as drawing them takes longer than the rest of an id. */
const pool = Buffer.allocUnsafeSlow(4096)
let used = pool.length

const randomHex = (bytes: number): string => {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += bytes
  return pool.toString("hex", used - bytes, used)
}

/** Makes the id of a trace: 16 random bytes in hexadecimal digits (W3C Trace Context, 3.2.2.3). */
export const newTraceId = (): string => randomHex(16)

/** Makes the id of a span: 8 random bytes in hexadecimal digits (W3C Trace Context, 3.2.2.4). */
export const newSpanId = (): string => randomHex(8)
