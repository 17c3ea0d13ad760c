// A generator that steps, such as Effect's PCG, gives the next draw to whoever asks next: another policy would then
// meet another world. Draws by key give each attempt of each request the same luck under every policy.

/** The uses of a draw. No two of them share a number. */
export const purposes = {
  /** The time from the arrival before. */
  gap: 1,
  service: 2,
  /** The part of a mixture. */
  part: 3,
  failure: 4,
  jitter: 5,
  think: 6,
  /** The key for which a request asks the cache. */
  key: 7
} as const

export type Purpose = (typeof purposes)[keyof typeof purposes]

/** The finalizer of MurmurHash3 (A. Appleby), a bijection of 32 bits in which each bit of input changes half of all. */
const mix = (value: number): number => {
  const once = Math.imul(value ^ (value >>> 16), 0x85_eb_ca_6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2_b2_ae_35)
  return (twice ^ (twice >>> 16)) >>> 0
}

/** 2^21 and 2^53: a draw has 32 bits of one hash and 21 of another. */
const shift = 2 ** 21
const range = 2 ** 53

/** Draws a number between 0 and 1, both excluded: the same one for the same seed, request, attempt and purpose. */
export const uniform = (seed: number, request: number, attempt: number, purpose: Purpose): number => {
  const key = mix(mix(seed + 0x9e_37_79_b9) ^ (Math.imul(attempt, 0x10_00_01) + purpose))
  const high = mix(key + request)
  const low = mix(high ^ mix(key ^ Math.imul(request, 0x85_eb_ca_77)))
  return (high * shift + (low >>> 11) + 0.5) / range
}
