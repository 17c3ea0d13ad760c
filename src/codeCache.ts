import { createHash } from "node:crypto"

/** Bytes of a SHA-256. */
const digestLength = 32

const digest = (...parts: ReadonlyArray<Uint8Array>): Buffer => {
  const hash = createHash("sha256")
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/**
 * What V8 has compiled of one bundle, as it is kept in a file and read again: behind a digest of both, as V8 itself compares no more of a
 * bundle than its length, would run another one's code, and crashes by what is damaged.
 */
export const codeCacheOf = (bundle: Uint8Array) => {
  const bundleDigest = digest(bundle)
  return {
    seal: (code: Uint8Array): Buffer => Buffer.concat([digest(bundleDigest, code), code]),
    /** None of another bundle, nor what is not whole. */
    open: (sealed: Buffer): Buffer | undefined => {
      const code = sealed.subarray(digestLength)
      return digest(bundleDigest, code).equals(sealed.subarray(0, digestLength)) ? code : undefined
    }
  }
}
