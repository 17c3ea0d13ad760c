import { createHash } from "node:crypto"
import { closeSync, fsyncSync, openSync, readSync, writeSync } from "node:fs"
import type { Blocking } from "./BlockingCalls.ts"

/** Bytes read in one call. */
const readSize = 1024 * 1024

const withFile = <A>(path: string, flags: string, use: (descriptor: number) => A): A => {
  const descriptor = openSync(path, flags)
  try {
    return use(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

const writeAll = (descriptor: number, bytes: Uint8Array): void => {
  for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written)
}

/** File calls of the sacrificial event loop, which really block it. */
export const blockingFiles: Blocking<"copyFile"> = {
  copyFile: ({ from, to }) =>
    withFile(from, "r", (source) =>
      withFile(to, "wx", (target) => {
        const hash = createHash("sha256")
        const buffer = new Uint8Array(readSize)
        let size = 0
        for (let count = readSync(source, buffer); count > 0; count = readSync(source, buffer)) {
          const bytes = buffer.subarray(0, count)
          writeAll(target, bytes)
          hash.update(bytes)
          size += count
        }
        fsyncSync(target)
        return { size, sha256: hash.digest("hex") }
      }))
}
